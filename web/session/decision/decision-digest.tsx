import { t } from '../../app/i18n';

/** The content that is decided on, as the log of decisions names it. */
export function DecisionDigest({ digest }: { readonly digest: string }) {
  return (
    <p class="decision-digest">
      <span>{t().gate.decidingOn}</span> <code title={digest}>{digest.slice(0, 12)}</code>
    </p>
  );
}
