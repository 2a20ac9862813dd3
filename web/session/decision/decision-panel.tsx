import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { now } from '../../app/clock';
import { duration } from '../../app/format';
import { t } from '../../app/i18n';
import { useAddress } from '../../app/location';
import type { GateRecord, SessionDetail } from '../../app/types';
import { Button } from '../../ui/button';
import { Since } from '../../ui/time';
import { Icon } from '../../ui/icon';
import { AttentionPanel, TriggerPanel } from './attention-panel';
import { DecisionDigest } from './decision-digest';
import { DecisionForm } from './decision-form';
import { GateReader } from '../gate-reader';

interface DecisionPanelProps {
  readonly session: SessionDetail;
  /** Brings what is decided on into view. */
  readonly onShow: () => void;
  readonly compact?: boolean;
}

const NARROW = 900;

/** The decision, answer or trigger that this session waits for, if any. */
export function DecisionPanel({ session, onShow, compact = innerWidth < NARROW }: DecisionPanelProps) {
  const { gate, status, progress } = session;
  if (gate !== null) {
    return <Decision key={gate.id} session={session} gate={gate} onShow={onShow} compact={compact} />;
  }
  if (status === 'needs_attention') return <AttentionPanel session={session} />;
  if (status === 'waiting_approval' && progress.gateId === null) return <TriggerPanel session={session} />;
  return null;
}

interface DecisionProps extends DecisionPanelProps {
  readonly gate: GateRecord;
}

/** D1. A decision names the content that the page showed when the person began to read, never a later one. */
function Decision({ session, gate, onShow, compact = false }: DecisionProps) {
  const words = t().gate;
  const address = useAddress();
  const digest = useSignal(gate.outputDigest);
  const hasChanged = digest.value !== gate.outputDigest;
  const isEditing = address.get('edit') === String(gate.phase);
  useEffect(() => {
    if (isEditing && hasChanged) address.set({ edit: undefined }, true);
  }, [hasChanged]);
  return (
    <section class="decision" aria-labelledby="decision-title">
      <header>
        <h2 id="decision-title">
          <Icon name="hand" /> {words.title(gate.phase)}
        </h2>
        <p class="decision-facts">
          {words.waitingFor} <Since at={gate.openedAt} />
          <Deadline session={session} gate={gate} />
        </p>
        <GateReader gate={gate} />
      </header>
      {hasChanged ? (
        <div class="note note-waiting" role="alert">
          <p>{words.changed}</p>
          <Button
            onClick={() => {
              digest.value = gate.outputDigest;
              onShow();
            }}
          >
            {words.showNew}
          </Button>
        </div>
      ) : (
        <DecisionForm session={session} gate={gate} digest={digest.value} compact={compact} />
      )}
      <DecisionDigest digest={digest.value} />
    </section>
  );
}

function Deadline({ session, gate }: { readonly session: SessionDetail; readonly gate: GateRecord }) {
  const words = t().gate;
  if (session.status === 'paused') return <> · {words.standsStill}</>;
  if (gate.deadlineAt === null) return null;
  const left = Date.parse(gate.deadlineAt) - now.value;
  const then = words.onTimeout[session.gateTimeout.onTimeout];
  return <> · {left > 0 ? words.deadlineIn(duration(left), then) : words.overdue}</>;
}
