/**
 * A time in the one spelling that hashes and signatures are made of: without the zeros at the end of its fraction, which
 * readers get. Another spelling of the same time would be another hash.
 */
export function signedTime(timestamp: string): string {
  return timestamp.replace(/\.(\d*?)0*Z$/, (_whole, kept: string) => (kept === '' ? 'Z' : `.${kept}Z`));
}
