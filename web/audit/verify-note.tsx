import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { number } from '../app/format';
import { t } from '../app/i18n';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { ProblemNote } from '../ui/panel';

/** Checks the whole log against its hash chain, when it is asked to, and shows the proof. */
export function VerifyNote() {
  const words = t().audit;
  const proof = useQuery({
    queryKey: ['audit', 'verify'],
    queryFn: ({ signal }) => call('verifyAuditLog', { signal }),
    enabled: false,
  });
  const { data } = proof;
  return (
    <div class="verify">
      <Button icon="audit" busy={proof.isFetching} onClick={() => void proof.refetch()}>
        {words.verify}
      </Button>
      {proof.error != null && <ProblemNote error={proof.error} />}
      {data !== undefined && (
        <div class={`verify-proof ${data.valid ? 'verify-whole' : 'verify-broken'}`} role="status">
          <Icon name={data.valid ? 'check' : 'alert'} />
          {data.valid
            ? words.whole(number(data.checked))
            : words.broken(String(data.firstBroken?.seq ?? '?'), data.firstBroken?.reason ?? '')}
        </div>
      )}
    </div>
  );
}
