const MAX_MESSAGE_CHARS = 400;

/** Shapes of keys that providers use, for one that is not ours but stands in an answer. */
const keyShapes = /\b(?:sk|pk|rk|gsk|xai|AIza)[-_][\w-]{8,}|\bBearer\s+[\w.~+/=-]{8,}/gi;

/**
 * Makes a provider's message safe to show and store. It has no echoed key and no key-like text, in a bounded line.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const needles = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      JSON.stringify(secret).slice(1, -1),
    ])
    .sort((one, other) => other.length - one.length);
  return (text) => {
    const bare = needles.reduce((rest, needle) => rest.replaceAll(needle, '[redacted]'), text);
    const clean = bare.replace(keyShapes, '[redacted]').replace(/\s+/g, ' ').trim();
    return clean.length <= MAX_MESSAGE_CHARS ? clean : `${clean.slice(0, MAX_MESSAGE_CHARS)}…`;
  };
}
