/** Values that a browser keeps for a person. A browser that keeps nothing is no error. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`sluice.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`sluice.${key}`);
    else localStorage.setItem(`sluice.${key}`, value);
  } catch {
    // Full or forbidden: it is then kept for as long as the page is open.
  }
}
