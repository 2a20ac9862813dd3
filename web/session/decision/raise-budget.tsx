import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { money, number } from '../../app/format';
import { t } from '../../app/i18n';
import { useKeys } from '../../app/keys';
import type { SessionDetail } from '../../app/types';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { useContinue } from './use-continue';

/** Twice the limit is offered, and any other may be written over it. */
const OFFERED = 2;

export function RaiseBudget({ session: { id, usage } }: { readonly session: SessionDetail }) {
  const words = t().attention;
  const send = useContinue(id);
  const { maxTokens, maxCostUsd, usedTokens, usedCostUsd } = usage;
  const tokens = useSignal(maxTokens === null ? '' : String(maxTokens * OFFERED));
  const cost = useSignal(maxCostUsd === null ? '' : String(maxCostUsd * OFFERED));
  const isHigher = Number(tokens.value) > (maxTokens ?? 0) || Number(cost.value) > (maxCostUsd ?? 0);
  const raise = (): void => {
    const budget = {
      ...(tokens.value === '' ? {} : { maxTokens: Number(tokens.value) }),
      ...(cost.value === '' ? {} : { maxCostUsd: Number(cost.value) }),
    };
    void send.run({ budget });
  };
  const button = useRef<HTMLButtonElement>(null);
  useKeys([{ keys: 'r', group: 'gate', label: words.raise, run: () => button.current?.focus() }]);
  return (
    <>
      {maxTokens !== null && (
        <TextField
          label={words.newTokens}
          hint={words.usedOf(number(usedTokens), number(maxTokens))}
          type="number"
          value={tokens.value}
          onChange={(value) => (tokens.value = value)}
        />
      )}
      {maxCostUsd !== null && (
        <TextField
          label={words.newCost}
          hint={words.usedOf(money(usedCostUsd), money(maxCostUsd))}
          type="number"
          value={cost.value}
          onChange={(value) => (cost.value = value)}
        />
      )}
      <Button
        inner={button}
        kind="approve"
        hint="r"
        busy={send.busy.value}
        disabled={!isHigher}
        onClick={raise}
      >
        {words.raise}
      </Button>
    </>
  );
}
