import { t } from '../app/i18n';

/** Why something was not sent, in words. One that these pages do not know yet is still told. */
export function reasonWord(reason: string): string {
  const words: Readonly<Record<string, string>> = t().notices.reasons;
  return words[reason] ?? reason.replaceAll('_', ' ');
}
