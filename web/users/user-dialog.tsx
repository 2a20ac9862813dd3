import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { toastProblem } from '../app/toasts';
import type { ApiKey, User } from '../app/types';
import { useAction } from '../app/use-action';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy-button';
import { Dialog } from '../ui/dialog';
import { SelectField, TextField } from '../ui/field';
import { Loaded } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { roles } from './new-user-dialog';
import { forgetUsers, useApiKeys, useUser } from './user-queries';

export function UserDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const user = useUser(id);
  return (
    <Dialog title={user.data?.name ?? t().nav.users} side onClose={onClose}>
      <Loaded query={user}>
        {(data) => (
          <>
            <UserForm key={data.version} user={data} />
            <Keys id={data.id} />
            <p>
              <a href={`/audit?actorId=${data.id}`}>{t().users.whatTheyDid}</a>
            </p>
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

/** A change is of the version that was read: somebody else's is never lost silently. */
function UserForm({ user }: { readonly user: User }) {
  const words = t().users;
  const name = useSignal(user.name);
  const role = useSignal<string>(user.role);
  const { busy, run } = useAction();
  const change = async (body: object): Promise<void> => {
    await run(() => call('changeUser', { params: { id: user.id }, body, ifMatch: user.version }), {
      done: words.saved,
    });
    forgetUsers();
  };
  const isChanged = name.value.trim() !== user.name || role.value !== user.role;
  return (
    <section class="settings-part">
      <p class="row">
        <StateMark status={user.isActive ? 'active' : 'inactive'} /> <span dir="auto">{user.email}</span>
      </p>
      <TextField label={t().settings.name} value={name.value} onChange={(value) => (name.value = value)} />
      <SelectField
        label={t().settings.role}
        value={role.value}
        options={roles}
        onChange={(value) => (role.value = value)}
      />
      <div class="row">
        <Button
          kind="primary"
          busy={busy.value}
          disabled={!isChanged}
          onClick={() => void change({ name: name.value.trim(), role: role.value })}
        >
          {t().actions.save}
        </Button>
        <Button
          kind={user.isActive ? 'danger' : 'plain'}
          busy={busy.value}
          onClick={() => void change({ isActive: !user.isActive })}
        >
          {user.isActive ? words.deactivate : words.activate}
        </Button>
      </div>
    </section>
  );
}

function Keys({ id }: { readonly id: string }) {
  const words = t().users;
  const keys = useApiKeys(id);
  const name = useSignal('');
  const secret = useSignal<string | null>(null);
  const { busy, run } = useAction();
  const issue = (): Promise<boolean> =>
    run(async () => {
      const issued = await call('issueApiKey', { params: { id }, body: { name: name.value.trim() } });
      secret.value = issued.secret;
      name.value = '';
      forgetUsers();
    });
  return (
    <section class="settings-part">
      <h3>{words.keys}</h3>
      {secret.value !== null && (
        <div class="note note-waiting" role="status">
          <p>{words.shownOnce}</p>
          <p class="row">
            <code class="secret">{secret.value}</code> <CopyButton text={secret.value} />
          </p>
        </div>
      )}
      <Loaded query={keys}>
        {({ items }) => (
          <ul class="letters">
            {items.map((key) => (
              <KeyLine key={key.id} userId={id} apiKey={key} />
            ))}
          </ul>
        )}
      </Loaded>
      <TextField label={words.keyName} value={name.value} onChange={(value) => (name.value = value)} />
      <Button icon="key" busy={busy.value} disabled={name.value.trim() === ''} onClick={() => void issue()}>
        {words.issueKey}
      </Button>
    </section>
  );
}

/** A revoked key never signs in again, so it takes a second click. */
function KeyLine({ userId, apiKey }: { readonly userId: string; readonly apiKey: ApiKey }) {
  const words = t().users;
  const isSure = useSignal(false);
  const revoke = async (): Promise<void> => {
    if (!isSure.value) return void (isSure.value = true);
    await call('revokeApiKey', { params: { id: userId, keyId: apiKey.id } }).catch(toastProblem);
    forgetUsers();
  };
  return (
    <li>
      <StateMark status={apiKey.status} />
      <span dir="auto">{apiKey.name}</span>
      <code>{apiKey.hint}</code>
      <span class="quiet">
        {apiKey.lastUsedAt === null ? words.neverUsed : <Ago at={apiKey.lastUsedAt} />}
      </span>
      {apiKey.status === 'active' && (
        <Button kind="danger" onClick={() => void revoke()}>
          {isSure.value ? words.revokeSure : words.revoke}
        </Button>
      )}
    </li>
  );
}
