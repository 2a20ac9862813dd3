import { useSignal } from '@preact/signals';
import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { queries } from '../app/queries';
import { toast } from '../app/toasts';
import { useAction } from '../app/use-action';
import type { BulkPreview, BulkResult, SessionSummary } from '../app/types';
import { Dialog, DialogChoice } from '../ui/dialog';
import { TextField } from '../ui/field';
import { Empty, Loaded } from '../ui/panel';
import { Ago } from '../ui/time';
import { INBOX_KEY, useInbox } from './inbox-items';

interface BulkApproveProps {
  /** Only the gates of these sessions; without them all that wait. */
  readonly sessions?: readonly SessionSummary[];
  readonly onClose: () => void;
}

/** Approves one phase of many sessions: exactly those that the preview shows, with the content that it shows. */
export function BulkApproveDialog({ sessions, onClose }: BulkApproveProps) {
  const words = t().inbox;
  const groups = useGroups(sessions);
  const chosen = useSignal<string | null>(null);
  const group = groups.find(({ key }) => key === chosen.value) ?? groups[0];
  if (group === undefined) {
    return (
      <Dialog title={words.bulk} onClose={onClose}>
        <Empty title={words.nothingToApprove} />
      </Dialog>
    );
  }
  return (
    <BulkForm
      key={group.key}
      group={group}
      groups={groups}
      sessions={sessions}
      onChoose={(key) => (chosen.value = key)}
      onClose={onClose}
    />
  );
}

interface Group {
  readonly key: string;
  readonly template: string;
  readonly phase: number;
  readonly label: string;
}

/** Gates that can be approved together: one phase of one template. */
function useGroups(sessions: readonly SessionSummary[] | undefined): readonly Group[] {
  const inbox = useInbox().data ?? [];
  const gates =
    sessions?.map(({ template, currentPhase: phase, phaseTitle }) => ({ template, phase, phaseTitle })) ??
    inbox.flatMap(({ gate }) => (gate?.jobId === null ? gate : []));
  const groups = new Map<string, Group & { count: number }>();
  for (const { template, phase, phaseTitle } of gates) {
    const key = `${template.name} ${phase}`;
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, {
      key,
      template: template.name,
      phase,
      count,
      label: `${template.name} · ${phase}. ${phaseTitle} (${count})`,
    });
  }
  return [...groups.values()].sort((one, other) => other.count - one.count);
}

interface BulkFormProps {
  readonly group: Group;
  readonly groups: readonly Group[];
  readonly sessions: readonly SessionSummary[] | undefined;
  readonly onChoose: (key: string) => void;
  readonly onClose: () => void;
}

function BulkForm({ group, groups, sessions, onChoose, onClose }: BulkFormProps) {
  const words = t().inbox;
  const { template, phase } = group;
  const preview = useQuery({
    queryKey: ['bulk', template, phase],
    queryFn: async () =>
      (await call('bulkApproveGates', { body: { template, phase, dryRun: true } })) as BulkPreview,
    gcTime: 0,
  });
  const left = useSignal<ReadonlySet<string>>(new Set());
  const comment = useSignal('');
  const { busy, run } = useAction();
  const isChosen = ({ sessionId }: Previewed): boolean =>
    sessions?.some(({ id }) => id === sessionId) !== false;
  const offered = preview.data?.gates.filter(isChosen) ?? [];
  const gates = offered.filter(({ id }) => !left.value.has(id));
  const approve = async (): Promise<void> => {
    const chosen = gates.map(({ id, outputDigest }) => ({ gateId: id, outputDigest }));
    const note = comment.value.trim() === '' ? {} : { comment: comment.value.trim() };
    await run(async () => {
      const body = { template, phase, dryRun: false, gates: chosen, ...note };
      const { results } = (await call('bulkApproveGates', { body })) as BulkResult;
      const approved = results.filter(({ status }) => status === 'approved').length;
      toast({
        tone: approved === results.length ? 'done' : 'plain',
        text: words.approved(approved, results.length),
      });
      void queries.invalidateQueries({ queryKey: INBOX_KEY });
      onClose();
    });
  };
  const footer = (
    <DialogChoice
      onClose={onClose}
      kind="approve"
      busy={busy.value}
      disabled={gates.length === 0}
      onClick={() => void approve()}
    >
      {words.approveThese(gates.length)}
    </DialogChoice>
  );
  return (
    <Dialog title={words.bulk} wide onClose={onClose} footer={footer}>
      <GroupChoice group={group} groups={groups} onChoose={onChoose} />
      <Loaded query={preview}>
        {() => <GateChoice gates={offered} left={left.value} onChange={(next) => (left.value = next)} />}
      </Loaded>
      <TextField label={words.comment} value={comment.value} onChange={(value) => (comment.value = value)} />
    </Dialog>
  );
}

function GroupChoice({ group, groups, onChoose }: Omit<BulkFormProps, 'onClose' | 'sessions'>) {
  return (
    <div class="field">
      <label for="bulk-group">{t().inbox.bulkWhat}</label>
      <select
        id="bulk-group"
        class="input"
        value={group.key}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        {groups.map(({ key, label }) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

type Previewed = BulkPreview['gates'][number];

interface GateChoiceProps {
  readonly gates: readonly Previewed[];
  readonly left: ReadonlySet<string>;
  readonly onChange: (left: ReadonlySet<string>) => void;
}

function GateChoice({ gates, left, onChange }: GateChoiceProps) {
  const toggle = (id: string): void => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <ul class="bulk-list">
      {gates.map(({ id, topic, outputDigest, openedAt }) => (
        <li key={id}>
          <label class="check">
            <input type="checkbox" checked={!left.has(id)} onChange={() => toggle(id)} />
            <span class="bulk-topic" dir="auto">
              {topic}
            </span>
          </label>
          <code title={outputDigest}>{outputDigest.slice(0, 8)}</code>
          <span class="quiet">
            <Ago at={openedAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
