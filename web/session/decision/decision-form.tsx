import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useDraft } from '../../app/drafts';
import { t } from '../../app/i18n';
import { useKeys, type KeyAction } from '../../app/keys';
import { useAddress } from '../../app/location';
import { isProblem } from '../../app/problem';
import { toast } from '../../app/toasts';
import type { DecideBody, GateRecord, SessionDetail } from '../../app/types';
import { useAction } from '../../app/use-action';
import { Button } from '../../ui/button';
import { AreaField } from '../../ui/field';
import type { IconName } from '../../ui/icon';
import { RerunPrice } from './rerun-price';
import { decide } from '../session-queries';

type Mode = 'approve' | 'redo' | 'reject';

interface DecisionFormProps {
  readonly session: SessionDetail;
  readonly gate: GateRecord;
  readonly digest: string;
  /** Only the four buttons, until one is chosen: the form never covers what is read. */
  readonly compact: boolean;
}

/** Four decisions, one key each. The text of a decision survives a reload. */
export function DecisionForm({ session, gate, digest, compact }: DecisionFormProps) {
  const words = t().gate;
  const address = useAddress();
  const isEditing = address.get('edit') === String(gate.phase);
  const mode = useSignal<Mode | null>(compact ? null : 'approve');
  const draft = useDraft(`gate.${gate.id}.${mode.value}`);
  const area = useRef<HTMLDivElement>(null);
  const choices = useSignal(0);
  const send = useDecision(session, gate, () => draft.forget());
  const choose = (next: Mode): void => {
    mode.value = next;
    if (isEditing) address.set({ edit: undefined }, true);
    choices.value += 1;
  };
  // The focus moves in the same commit as the field. Otherwise the next letter would be the key of another
  // decision.
  useLayoutEffect(() => {
    if (choices.value > 0) area.current?.querySelector('textarea')?.focus();
  }, [choices.value]);
  const lacksText = mode.value === 'redo' && draft.text.value.trim() === '';
  const confirm = (): void => {
    if (mode.value === null) choose('approve');
    else if (!lacksText) void send.run(bodyOf(mode.value, digest, draft.text.value));
  };
  useDecisionKeys(gate, choose, isEditing ? null : confirm);
  return (
    <div class="decision-form" ref={area}>
      <Modes gate={gate} mode={isEditing ? 'edit' : mode.value} onChoose={choose} />
      {mode.value !== null && !isEditing && (
        <>
          <AreaField
            label={words.label[mode.value]}
            hint={mode.value === 'approve' ? words.notesHint : undefined}
            rows={mode.value === 'approve' ? 2 : 4}
            value={draft.text.value}
            onChange={draft.set}
          />
          {mode.value === 'redo' && (
            <RerunPrice sessionId={session.id} kind="redo" from={{ phase: gate.phase }} digest={digest} />
          )}
          <Button
            kind={mode.value === 'reject' ? 'danger' : 'approve'}
            hint="mod+Enter"
            busy={send.busy.value}
            disabled={lacksText}
            onClick={confirm}
          >
            {words.confirm[mode.value](gate.phase)}
          </Button>
        </>
      )}
    </div>
  );
}

const icons: Readonly<Record<Mode | 'edit', IconName>> = {
  approve: 'check',
  edit: 'edit',
  redo: 'redo',
  reject: 'close',
};

interface ModesProps {
  readonly gate: GateRecord;
  readonly mode: Mode | 'edit' | null;
  readonly onChoose: (mode: Mode) => void;
}

function Modes({ gate, mode, onChoose }: ModesProps) {
  const words = t().gate;
  const address = useAddress();
  const button = (name: Mode | 'edit', key: string, run: () => void) => (
    <Button
      kind={mode === null && name === 'approve' ? 'approve' : 'quiet'}
      icon={icons[name]}
      hint={key}
      pressed={name === mode}
      onClick={run}
    >
      {words.decisions[name]}
    </Button>
  );
  return (
    <div class="decision-modes" role="group" aria-label={words.decide}>
      {button('approve', 'a', () => onChoose('approve'))}
      {button('edit', 'e', () => openEditor(address.set, gate))}
      {button('redo', 'r', () => onChoose('redo'))}
      {button('reject', 'x', () => onChoose('reject'))}
    </div>
  );
}

function openEditor(set: (change: Record<string, string | undefined>) => void, { phase }: GateRecord): void {
  set({ edit: String(phase), phase: undefined, tab: undefined, part: undefined });
}

/** While an output is edited, mod+Enter is the editor's: it would approve what was there before. */
function useDecisionKeys(gate: GateRecord, choose: (mode: Mode) => void, confirm: (() => void) | null): void {
  const words = t().gate;
  const address = useAddress();
  const key = (keys: string, label: string, run: () => void): KeyAction => ({
    keys,
    label,
    run,
    group: 'gate',
  });
  useKeys([
    key('a', words.decisions.approve, () => choose('approve')),
    key('e', words.decisions.edit, () => openEditor(address.set, gate)),
    key('r', words.decisions.redo, () => choose('redo')),
    key('x', words.decisions.reject, () => choose('reject')),
    ...(confirm === null ? [] : [key('mod+Enter', words.confirmKey, confirm)]),
  ]);
}

function bodyOf(mode: Mode, outputDigest: string, text: string): DecideBody {
  const words = text.trim();
  if (mode === 'redo') return { decision: 'redo', outputDigest, instructions: words };
  if (mode === 'reject')
    return words === ''
      ? { decision: 'reject', outputDigest }
      : { decision: 'reject', outputDigest, comment: words };
  return words === ''
    ? { decision: 'approve', outputDigest }
    : { decision: 'approve', outputDigest, notes: words };
}

/** Sends a decision once. Another person's earlier one is no error of this person: it is shown as what happened. */
export function useDecision(session: SessionDetail, gate: GateRecord, onDone: () => void) {
  const { busy, run } = useAction();
  const send = (body: DecideBody): Promise<boolean> =>
    run(() => decide(gate.id, session.id, body).then(onDone), {
      done: t().gate.done[body.decision](gate.phase),
      shows: isDecidedMeanwhile,
    });
  return { run: send, busy };
}

function isDecidedMeanwhile(error: unknown): boolean {
  const isDecided = isProblem(error, 'not_waiting', 'already_finished');
  if (isDecided) toast({ tone: 'plain', text: t().gate.decidedMeanwhile });
  return isDecided;
}
