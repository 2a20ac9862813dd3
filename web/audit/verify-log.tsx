import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { number } from '../app/format';
import { t } from '../app/i18n';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { ProblemNote } from '../ui/panel';

/** The whole log against its hash chain, when somebody asks for it. */
function useProof() {
  return useQuery({
    queryKey: ['audit', 'verify'],
    queryFn: ({ signal }) => call('verifyAuditLog', { signal }),
    enabled: false,
  });
}

export function VerifyButton() {
  const proof = useProof();
  return (
    <Button icon="audit" busy={proof.isFetching} onClick={() => void proof.refetch()}>
      {t().audit.verify}
    </Button>
  );
}

export function Proof() {
  const words = t().audit;
  const { data, error } = useProof();
  if (error != null) return <ProblemNote error={error} />;
  if (data === undefined) return null;
  return (
    <p class={`verify-proof ${data.valid ? 'verify-whole' : 'verify-broken'}`} role="status">
      <Icon name={data.valid ? 'check' : 'alert'} />
      {data.valid
        ? words.whole(number(data.checked))
        : words.broken(String(data.firstBroken?.seq ?? '?'), data.firstBroken?.reason ?? '')}
    </p>
  );
}
