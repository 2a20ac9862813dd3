import { useSignal } from '@preact/signals';
import { useAction } from '../app/use-action';
import { Dialog, DialogChoice } from '../ui/dialog';
import { CheckField, TextField } from '../ui/field';

interface SaveDialogProps {
  readonly words: {
    readonly title: string;
    readonly name: string;
    readonly share: string;
    readonly save: string;
  };
  readonly onSave: (named: { readonly name: string; readonly shared: boolean }) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks for a name, and whether others see what is kept under it. */
export function SaveDialog({ words, onSave, onClose }: SaveDialogProps) {
  const name = useSignal('');
  const isShared = useSignal(false);
  const { busy, run } = useAction();
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    await run(() => onSave({ name: name.value.trim(), shared: isShared.value }).then(onClose));
  };
  const footer = (
    <DialogChoice
      onClose={onClose}
      type="submit"
      form="save-named"
      busy={busy.value}
      disabled={name.value.trim() === ''}
    >
      {words.save}
    </DialogChoice>
  );
  return (
    <Dialog title={words.title} onClose={onClose} footer={footer}>
      <form id="save-named" onSubmit={(event) => void save(event)}>
        <TextField
          label={words.name}
          value={name.value}
          maxLength={200}
          onChange={(value) => (name.value = value)}
        />
        <CheckField
          label={words.share}
          checked={isShared.value}
          onChange={(checked) => (isShared.value = checked)}
        />
      </form>
    </Dialog>
  );
}
