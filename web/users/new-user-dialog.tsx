import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import type { User } from '../app/types';
import { useAddress } from '../app/location';
import { useForm } from '../app/use-action';
import { Dialog, DialogChoice } from '../ui/dialog';
import { SelectField, TextField } from '../ui/field';
import { forgetUsers } from './user-queries';

export const roles = [
  ['ANALYST', 'ANALYST'],
  ['ADMIN', 'ADMIN'],
] as const;

export function NewUserDialog({ onClose }: { readonly onClose: () => void }) {
  const words = t().users;
  const address = useAddress();
  const name = useSignal('');
  const email = useSignal('');
  const role = useSignal<User['role']>('ANALYST');
  const { busy, faults, send } = useForm();
  const add = (): Promise<boolean> =>
    send(async () => {
      const user = await call('createUser', {
        body: { name: name.value, email: email.value, role: role.value },
      });
      forgetUsers();
      onClose();
      address.set({ user: user.id });
    }, words.added);
  const isReady = name.value.trim() !== '' && email.value.trim() !== '';
  const footer = (
    <DialogChoice onClose={onClose} busy={busy.value} disabled={!isReady} onClick={() => void add()}>
      {words.add}
    </DialogChoice>
  );
  return (
    <Dialog title={words.add} onClose={onClose} footer={footer}>
      <TextField
        label={t().settings.name}
        value={name.value}
        fault={faults.value['name']}
        onChange={(value) => (name.value = value)}
      />
      <TextField
        label={t().settings.email}
        type="email"
        value={email.value}
        fault={faults.value['email']}
        onChange={(value) => (email.value = value)}
      />
      <SelectField
        label={t().settings.role}
        value={role.value}
        options={roles}
        hint={words.roleHint}
        onChange={(value) => (role.value = value as User['role'])}
      />
    </Dialog>
  );
}
