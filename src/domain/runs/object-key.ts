/**
 * Keys of the object store: lower-case words between slashes. None of their letters means anything to a file system, a
 * URL or a shell. A key cannot lead out of its place. The dot is left for half-written files.
 */
const KEY = /^[a-z0-9_-]{1,80}(\/[a-z0-9_-]{1,80}){0,5}$/;

export function isObjectKey(text: string): boolean {
  return KEY.test(text);
}

export function requireObjectKey(text: string): string {
  if (!isObjectKey(text)) throw new TypeError('that is not a key of the object store');
  return text;
}

/** The run that a result's key belongs to. */
export function runIdOfResult(key: string): string | undefined {
  return /^results\/([a-z0-9_]+)\/[0-9a-f]+$/.exec(key)?.[1];
}
