import { bytes, duration, number } from '../app/format';
import { t } from '../app/i18n';
import type { SqlEstimate } from '../app/types';

/** The expected size of a statement, and what that rests on. */
export function EstimateFacts({ estimate }: { readonly estimate: SqlEstimate }) {
  const words = t().sql;
  const { rows, bytes: size, basis, usual_ms: usualMs, learned_from: runs } = estimate;
  return (
    <dl class="facts">
      <div>
        <dt>{words.rows}</dt>
        <dd class="figures">{rows === null ? '?' : number(rows)}</dd>
      </div>
      <div>
        <dt>{words.size}</dt>
        <dd class="figures">{size === null ? '?' : bytes(size)}</dd>
      </div>
      <div>
        <dt>{words.restsOn}</dt>
        <dd>{words.bases[basis]}</dd>
      </div>
      {usualMs !== null && (
        <div>
          <dt>{words.usually}</dt>
          <dd>{words.usual(duration(usualMs), runs)}</dd>
        </div>
      )}
    </dl>
  );
}
