/** For those who look at the workflow in the Temporal Web UI; null when nobody said where the console is. */
export function consoleLink(publicUrl: string | undefined, id: string): string | null {
  return publicUrl === undefined ? null : `${publicUrl.replace(/\/$/, '')}/sessions/${id}`;
}
