const PREFIX = 'system:';

/** A part of the system has no id. This one stands for it where entries are chosen by their actor. */
export function systemActorId(name: string): string {
  return `${PREFIX}${name}`;
}

/** The name of the part of the system, or nothing for the id of a person. */
export function systemActorName(id: string): string | undefined {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : undefined;
}
