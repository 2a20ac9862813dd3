/** Asks again and again until `check` gives something; says what it waited for when that never comes. */
export async function waitUntil<Result>(
  check: () => Promise<Result | undefined | false>,
  options: { timeoutMs?: number; what: string },
): Promise<Result> {
  const until = Date.now() + (options.timeoutMs ?? 60_000);
  for (;;) {
    const result = await check();
    if (result !== undefined && result !== false) return result;
    if (Date.now() > until) throw new Error(`waited in vain for ${options.what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
