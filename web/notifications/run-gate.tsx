import { useRef } from 'preact/hooks';
import { call } from '../app/client';
import { useDraft } from '../app/drafts';
import { notices } from './notice-words';
import { useKeys } from '../app/keys';
import { queries } from '../app/queries';
import { isProblem } from '../app/problem';
import { jobKey } from '../reports/report-queries';
import { DecisionDigest } from '../session/decision/decision-digest';
import { Button } from '../ui/button';
import { TextField } from '../ui/field';
import { Markdown } from '../ui/markdown';
import { Loaded } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { useRunGate } from './notification-queries';
import { useSave } from './use-save';

interface RunGateProps {
  readonly id: string;
  readonly jobId: string;
}

/** A run that waits: what it has done so far, and whether it goes on. */
export function RunGate({ id, jobId }: RunGateProps) {
  const words = notices().run;
  const gate = useRunGate(id);
  const comment = useDraft(`gate.${id}.comment`);
  const { busy, save } = useSave();
  const decide = (decision: 'approve' | 'reject') => async (): Promise<void> => {
    const outputDigest = gate.data?.outputDigest;
    if (gate.data?.status !== 'waiting' || outputDigest == null) return;
    const note = comment.text.value.trim();
    const body = { decision, outputDigest, comment: note === '' ? undefined : note };
    const send = call('decideGate', { params: { id }, body }).catch((error: unknown) => {
      // Somebody else was first: what they decided is shown.
      if (!isProblem(error, 'not_waiting', 'already_finished')) throw error;
    });
    if (!(await save(() => send, words.decidedOn))) return;
    comment.forget();
    await queries.invalidateQueries({ queryKey: jobKey(jobId) });
    await queries.invalidateQueries({ queryKey: ['gate', id] });
    await queries.invalidateQueries({ queryKey: ['inbox'] });
  };
  const [goOn, end] = [useRef<HTMLButtonElement>(null), useRef<HTMLButtonElement>(null)];
  // A key chooses, and Enter confirms: no message that was sent can be taken back.
  useKeys([
    { keys: 'a', group: 'gate', label: words.goOn, run: () => goOn.current?.focus() },
    { keys: 'x', group: 'gate', label: words.end, run: () => end.current?.focus() },
  ]);
  return (
    <Loaded query={gate}>
      {(data) =>
        data.status === 'waiting' ? (
          <section class="run-gate" aria-label={words.waits}>
            <h2>
              <StateMark status="waiting_approval" word={words.waits} /> <Ago at={data.openedAt} />
            </h2>
            <Markdown text={data.preview ?? data.phaseTitle} />
            <TextField label={words.comment} value={comment.text.value} onChange={comment.set} />
            <div class="row">
              <Button
                inner={goOn}
                kind="approve"
                icon="check"
                hint="a"
                busy={busy.value}
                onClick={() => void decide('approve')()}
              >
                {words.goOn}
              </Button>
              <Button
                inner={end}
                kind="danger"
                icon="close"
                hint="x"
                busy={busy.value}
                onClick={() => void decide('reject')()}
              >
                {words.end}
              </Button>
            </div>
            {data.outputDigest !== null && <DecisionDigest digest={data.outputDigest} />}
          </section>
        ) : null
      }
    </Loaded>
  );
}
