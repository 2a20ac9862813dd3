import { notices } from './notice-words';

/** Why something was not sent, in words. A reason that the console does not know is shown by its code. */
export function reasonWord(reason: string): string {
  const words: Readonly<Record<string, string>> = notices().reasons;
  return words[reason] ?? reason.replaceAll('_', ' ');
}
