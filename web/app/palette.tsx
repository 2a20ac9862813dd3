import uFuzzy from '@leeoniya/ufuzzy';
import { useSignal } from '@preact/signals';
import { useQuery } from '@tanstack/preact-query';
import { useEffect, useRef } from 'preact/hooks';
import { KeyHint } from '../ui/button';
import { Icon, type IconName } from '../ui/icon';
import { StateMark } from '../ui/state-mark';
import { call } from './client';
import { t } from './i18n';
import { activeKeys } from './keys';
import { useAddress } from './location';
import { navItems } from './routes';
import type { SessionSummary } from './types';

interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly status?: string;
  readonly keys?: string;
  readonly run: () => void;
}

const MOST = 12;
const finder = new uFuzzy({ unicode: true, interSplit: "[^\\p{L}\\d']+", intraSplit: '\\p{Ll}\\p{Lu}' });

/** Pages, everything that a key does here, and sessions by their topic. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const text = useSignal('');
  const at = useSignal(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const address = useAddress();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const sessions = useSessions(text.value);
  const commands = [
    ...found(ownCommands(address.go), text.value),
    ...sessions.map(({ id, topic, status }) => ({
      id,
      label: topic,
      status,
      run: () => address.go(`/sessions/${id}`),
    })),
  ].slice(0, MOST);
  const place = Math.min(at.value, commands.length - 1);
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    dialog.current?.close();
    onClose();
    command.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) at.value = Math.min(commands.length - 1, Math.max(0, place + by));
    else if (event.key === 'Enter') run(commands[place]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label={t().keys.palette}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="palette-input">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={commands[place] === undefined ? undefined : `palette-${commands[place].id}`}
          aria-label={t().frame.search}
          placeholder={t().frame.search}
          value={text.value}
          autofocus
          onKeyDown={onKey}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            at.value = 0;
          }}
        />
      </div>
      <ul id="palette-list" role="listbox" aria-label={t().keys.palette}>
        {commands.map((command, index) => (
          <Option key={command.id} command={command} isChosen={index === place} onRun={() => run(command)} />
        ))}
      </ul>
      {commands.length === 0 && <p class="quiet palette-none">{t().frame.nothingFound}</p>}
    </dialog>
  );
}

interface OptionProps {
  readonly command: Command;
  readonly isChosen: boolean;
  readonly onRun: () => void;
}

function Option({ command, isChosen, onRun }: OptionProps) {
  return (
    <li
      id={`palette-${command.id}`}
      role="option"
      aria-selected={isChosen}
      class="palette-option"
      onClick={onRun}
    >
      {command.status === undefined ? (
        <Icon name={command.icon ?? 'chevron'} />
      ) : (
        <StateMark status={command.status} bare />
      )}
      <span dir="auto">{command.label}</span>
      {command.keys !== undefined && <KeyHint keys={command.keys} />}
    </li>
  );
}

function ownCommands(go: (url: string) => void): Command[] {
  const pages = navItems().map(({ path, name, key }) => ({
    id: path,
    label: t().nav[name],
    icon: name as IconName,
    keys: `g ${key}`,
    run: () => go(path),
  }));
  const actions = activeKeys()
    .filter(({ keys }) => !keys.startsWith('g ') && !['mod+k', 'j', 'k', 'Escape', 'Enter'].includes(keys))
    .map(({ keys, label, run }) => ({ id: `key-${keys}`, label, keys, run }));
  const others = [
    { id: '/settings', label: t().nav.settings, icon: 'settings' as const, run: () => go('/settings') },
    { id: 'start', label: t().sessions.start, icon: 'plus' as const, run: () => go('/sessions?start=1') },
  ];
  return [...pages, ...others, ...actions];
}

function found(commands: readonly Command[], text: string): readonly Command[] {
  if (text.trim() === '') return commands;
  const labels = commands.map(({ label }) => label);
  const [places, , order] = finder.search(labels, text);
  const sorted = order?.map((each) => places?.[each] ?? -1) ?? places ?? [];
  return sorted.flatMap((place) => commands[place] ?? []);
}

function useSessions(text: string): readonly SessionSummary[] {
  const q = text.trim();
  const sessions = useQuery({
    queryKey: ['sessions', 'palette', q],
    queryFn: ({ signal }) => call('listSessions', { query: { q, limit: 8 }, signal }),
    enabled: q.length >= 2,
    placeholderData: (before) => before,
  });
  return q.length < 2 ? [] : (sessions.data?.items ?? []);
}
