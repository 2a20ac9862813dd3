/**
 * A time in the spelling that hashes and signatures use: without trailing zeros of the fraction, which readers get.
 * Another spelling of the same time would be another hash.
 */
export function signedTime(timestamp: string): string {
  return timestamp.replace(/\.(\d*?)0*Z$/, (_whole, kept: string) => (kept === '' ? 'Z' : `.${kept}Z`));
}
