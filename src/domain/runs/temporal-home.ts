/** Which Temporal it is: the same address may have another one behind it tomorrow. */
export interface TemporalIdentity {
  readonly namespaceId: string;
  readonly namespace: string;
  /** Null where the server does not say. */
  readonly clusterId: string | null;
}

/** A single run without its workflow is an incident. As many as this in one look mean a Temporal without its data. */
const MANY_LOST = 5;

/** Why the maintenance must not touch a run; null when it may. */
export function problemOfHome(known: TemporalIdentity, found: TemporalIdentity): string | null {
  if (known.namespaceId === found.namespaceId) return null;
  return (
    `Temporal's namespace "${found.namespace}" (${found.namespaceId}) is not the one that runs the workflows of this ` +
    `database, "${known.namespace}" (${known.namespaceId}). ${remedy}`
  );
}

/** The same for what one look over the silent runs found. */
export function problemOfLosses(lost: number, looked: number): string | null {
  if (lost < MANY_LOST || lost * 2 < looked) return null;
  return `${lost} of ${looked} workflows are gone from Temporal: it seems to have lost its data. ${remedy}`;
}

const remedy =
  'Nothing is closed or started until that is mended, or `sluice temporal adopt` says that this Temporal is the right one.';
