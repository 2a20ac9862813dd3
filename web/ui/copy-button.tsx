import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import { IconButton } from './button';

export function CopyButton({ text }: { readonly text: string }) {
  const copied = useSignal(false);
  const copy = async (): Promise<void> => {
    await copyText(text);
    copied.value = true;
    setTimeout(() => (copied.value = false), 1_500);
  };
  return (
    <IconButton
      icon={copied.value ? 'check' : 'copy'}
      label={copied.value ? t().actions.copied : t().actions.copy}
      onClick={() => void copy()}
    />
  );
}

/** Copies a text. A page that came without TLS has no clipboard of its own, only the command of old. */
export async function copyText(text: string): Promise<void> {
  const { clipboard } = navigator as { readonly clipboard?: Clipboard };
  if (clipboard !== undefined) return clipboard.writeText(text);
  const fill = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.clipboardData?.setData('text/plain', text);
  };
  document.addEventListener('copy', fill);
  document.execCommand('copy');
  document.removeEventListener('copy', fill);
}
