import { compactNumber, duration, money } from '../../app/format';
import { t } from '../../app/i18n';
import { Explain } from '../../ui/explain';

interface PriceLineProps {
  readonly basis: string;
  /** Facts that stand before the price. */
  readonly before?: readonly string[];
  /** Null: not known, and left out. */
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly ms: number | null;
}

/** Tokens, money and time that something will take, with their source. */
export function PriceLine({ basis, before = [], tokens, costUsd, ms }: PriceLineProps) {
  const facts = [
    ...before,
    ...(tokens === null ? [] : [t().session.aboutTokens(compactNumber(tokens))]),
    ...(costUsd === null ? [] : [money(costUsd)]),
    ...(ms === null ? [] : [duration(ms)]),
  ];
  return (
    <p class="price">
      <Explain basis={basis}>{facts.join(' · ')}</Explain>
    </p>
  );
}
