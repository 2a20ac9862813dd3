import type { ComponentChildren } from 'preact';
import { number } from '../app/format';
import { t } from '../app/i18n';
import { Explain } from '../ui/explain';

interface TokensProps {
  readonly sent: number;
  readonly answered: number;
  readonly children: ComponentChildren;
}

/** A short number of tokens, with the exact ones in words. */
export function Tokens({ sent, answered, children }: TokensProps) {
  return <Explain basis={t().session.tokensOf(number(sent), number(answered))}>{children}</Explain>;
}
