import { t } from '../../app/i18n';
import type { Rerun } from '../../app/types';
import { ProblemNote, Skeleton } from '../../ui/panel';
import { useRerunPreview } from '../session-queries';
import { PriceLine } from './price-line';

interface RerunPriceProps {
  readonly sessionId: string;
  readonly kind: 'redo' | 'fork';
  readonly from: Rerun['from'];
  readonly digest: string | null;
}

/** The price of a redo or fork, before it runs: reused steps, repeated steps and their last cost. */
export function RerunPrice({ sessionId, kind, from, digest }: RerunPriceProps) {
  const preview = useRerunPreview(sessionId, { from }, { kind, digest });
  const words = t().session;
  if (preview.data === undefined) {
    return preview.error == null ? <Skeleton lines={1} /> : <ProblemNote error={preview.error} />;
  }
  const { reusedSteps, rerunSteps, estimatedTokens, estimatedCostUsd, estimatedMs, basis } = preview.data;
  return (
    <PriceLine
      basis={words.priceBasis[basis]}
      before={[words.reuses(reusedSteps.length), words.runsAgain(rerunSteps.length)]}
      tokens={estimatedTokens}
      costUsd={estimatedCostUsd}
      ms={estimatedMs}
    />
  );
}
