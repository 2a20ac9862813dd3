/** The installation's secret, and the one of before a change: what that one signed or sealed still counts. */
export interface SigningSecrets {
  readonly current: string;
  readonly previous?: string | undefined;
}

/** The results of each secret, the current one's first: it signs and seals, all of them check and open. */
export function ofEverySecret<Derived>(
  { current, previous }: SigningSecrets,
  derive: (secret: string) => Derived,
): [Derived, ...Derived[]] {
  return previous === undefined ? [derive(current)] : [derive(current), derive(previous)];
}
