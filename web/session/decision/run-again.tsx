import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../../app/i18n';
import { useKeys } from '../../app/keys';
import type { SessionDetail } from '../../app/types';
import { Button } from '../../ui/button';
import { AreaField, TextField } from '../../ui/field';
import { useSteps } from '../session-queries';
import { PriceLine } from './price-line';
import { useContinue } from './use-continue';

/** Runs the failed step again, as it was or with changes, and says beforehand what its last try took. */
export function RunAgain({ session }: { readonly session: SessionDetail }) {
  const words = t().attention;
  const send = useContinue(session.id);
  const instructions = useSignal('');
  const model = useSignal('');
  const again = (): void => {
    const change = {
      ...(instructions.value.trim() === '' ? {} : { instructions: instructions.value }),
      ...(model.value.trim() === '' ? {} : { model: model.value.trim() }),
    };
    void send.run(change);
  };
  const button = useRef<HTMLButtonElement>(null);
  // The key only chooses it, and Enter confirms, as a key at a gate does.
  useKeys([{ keys: 'r', group: 'gate', label: words.again, run: () => button.current?.focus() }]);
  return (
    <>
      <Button inner={button} kind="approve" hint="r" busy={send.busy.value} onClick={again}>
        {words.again}
      </Button>
      <LastTryPrice session={session} />
      <details class="decision-more">
        <summary>{words.change}</summary>
        <AreaField
          label={words.instructions}
          rows={3}
          value={instructions.value}
          onChange={(value) => (instructions.value = value)}
        />
        <TextField label={words.model} value={model.value} onChange={(value) => (model.value = value)} />
      </details>
    </>
  );
}

/** Another try costs about as much. Nothing is shown while the ledger is on its way. */
function LastTryPrice({ session: { id, progress } }: { readonly session: SessionDetail }) {
  const { currentPhase, currentStep, attempt } = progress;
  const failed = useSteps(id).data?.find(
    (each) => each.phase === currentPhase && each.step === currentStep && each.attempt === attempt,
  );
  const last = failed?.tries.at(-1);
  if (last === undefined) return null;
  const { tokensIn, tokensOut, costUsd, durationMs } = last;
  return (
    <PriceLine
      basis={t().attention.priceBasis}
      tokens={tokensIn + tokensOut}
      costUsd={costUsd}
      ms={durationMs}
    />
  );
}
