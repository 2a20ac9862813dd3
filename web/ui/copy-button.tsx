import { useSignal } from '@preact/signals';
import { copyText } from '../app/clipboard';
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
