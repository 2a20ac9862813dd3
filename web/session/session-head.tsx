import { addressOf } from '../app/client';
import { isFinal } from '../../src/domain/runs/status.js';
import { timesAt } from '../../src/domain/sessions/waiting.js';
import { useSignal } from '@preact/signals';
import { now } from '../app/clock';
import { compactNumber, duration, money, number } from '../app/format';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import { toast } from '../app/toasts';
import type { SessionDetail } from '../app/types';
import { useAction } from '../app/use-action';
import { Bar } from '../ui/bar';
import { Button } from '../ui/button';
import { Explain } from '../ui/explain';
import { Menu, type MenuItem } from '../ui/menu';
import { StateMark, toneOf } from '../ui/state-mark';
import { CancelDialog, ForkDialog } from './session-dialogs';
import { command } from './session-queries';

export function SessionHead({ session }: { readonly session: SessionDetail }) {
  const { progress, template, owner } = session;
  return (
    <header class="session-head">
      <div class="session-head-line">
        <h1 dir="auto">{session.topic}</h1>
        <HeadActions session={session} />
      </div>
      <div class="session-facts">
        <StateMark status={session.status} />
        <span>
          {t().session.phaseOf(progress.currentPhase, progress.totalPhases)}
          {progress.currentStep !== null &&
            !isFinal(session.status) &&
            ` · ${t().steps[progress.currentStep]}`}
        </span>
        <Explain basis={t().session.percentBasis}>
          <span class="figures">{progress.percent} %</span>
        </Explain>
        <span class="chip" title={t().session.templateVersion}>
          {template.name} v{template.version}
        </span>
        <span>{owner.name}</span>
        <Times session={session} />
        <Cost session={session} />
        {session.tags.map((tag) => (
          <a key={tag} class="chip" href={`/sessions?tag=${encodeURIComponent(tag)}`}>
            #{tag}
          </a>
        ))}
      </div>
      <Bar
        percent={progress.percent}
        tone={toneOf(session.status)}
        label={t().session.percentDone(progress.percent)}
      />
      {progress.reason !== null && session.status !== 'needs_attention' && (
        <p class={`session-reason session-reason-${toneOf(session.status)}`} dir="auto">
          {progress.reason}
        </p>
      )}
    </header>
  );
}

/** Work and waiting apart: only one of the two can be made faster by a machine. */
function Times({ session }: { readonly session: SessionDetail }) {
  const { progress, createdAt } = session;
  const { elapsedMs, waitMs: waitedMs, waitingSince } = progress;
  const isWaiting = waitingSince !== null;
  const hasEnded = isFinal(session.status);
  const read = { createdAt, elapsedMs, waitMs: waitedMs, isWaiting, hasEnded };
  const { workMs, waitMs } = timesAt(read, now.value);
  return (
    <>
      <Explain basis={t().session.workBasis}>
        {t().session.worked} <span class="figures">{duration(workMs)}</span>
      </Explain>
      <Explain basis={t().session.waitBasis}>
        {t().session.waited} <span class="figures">{duration(waitMs)}</span>
      </Explain>
      {progress.etaMs !== null && !isFinal(session.status) && (
        <Explain basis={progress.etaBasis ?? t().session.noBasis}>
          {t().session.eta} <span class="figures">{duration(progress.etaMs)}</span>
        </Explain>
      )}
    </>
  );
}

function Cost({ session: { usage } }: { readonly session: SessionDetail }) {
  const words = t().session;
  const price =
    usage.unpricedCalls > 0 && usage.usedCostUsd === 0 ? words.notPriced : money(usage.usedCostUsd);
  const limit = usage.maxCostUsd === null ? '' : ` / ${money(usage.maxCostUsd)}`;
  const tokens = usage.maxTokens === null ? '' : ` / ${compactNumber(usage.maxTokens)}`;
  const basis = [
    words.tokensBasis(number(usage.usedTokens), number(usage.reservedTokens)),
    usage.unpricedCalls > 0 ? words.unpriced(usage.unpricedCalls) : '',
  ].join(' ');
  return (
    <Explain basis={basis}>
      <span class="figures">
        {compactNumber(usage.usedTokens)}
        {tokens} {words.tokens} · {price}
        {limit}
      </span>
    </Explain>
  );
}

function HeadActions({ session }: { readonly session: SessionDetail }) {
  const words = t().session;
  const dialog = useSignal<'fork' | 'cancel' | null>(null);
  const { busy, run } = useAction();
  const isPaused = session.status === 'paused';
  const send = (name: 'pauseSession' | 'resumeSession'): Promise<boolean> =>
    run(async () => {
      await command(session.id, name);
      const [undo, text] =
        name === 'pauseSession'
          ? (['resumeSession', words.paused] as const)
          : (['pauseSession', words.resumed] as const);
      const action = { label: t().actions.undo, run: () => void send(undo) };
      toast({ tone: 'done', text, action });
    });
  const toggle = (): void => void send(isPaused ? 'resumeSession' : 'pauseSession');
  useKeys(
    isFinal(session.status) ? [] : [{ keys: 'p', group: 'session', label: words.pauseOrResume, run: toggle }],
  );
  const items: MenuItem[] = [
    { label: words.fork, icon: 'fork', run: () => (dialog.value = 'fork') },
    {
      label: words.export,
      icon: 'download',
      href: addressOf('exportSession', { params: { id: session.id } }),
      download: true,
    },
    ...(session.links.temporal === null
      ? []
      : [{ label: words.openInTemporal, icon: 'external' as const, href: session.links.temporal }]),
    ...(isFinal(session.status)
      ? []
      : [{ label: words.cancel, icon: 'stop' as const, danger: true, run: () => (dialog.value = 'cancel') }]),
  ];
  return (
    <div class="session-actions">
      {!isFinal(session.status) && (
        <Button icon={isPaused ? 'play' : 'pause'} hint="p" busy={busy.value} onClick={toggle}>
          {isPaused ? words.resume : words.pause}
        </Button>
      )}
      <Menu label={words.more} items={items} />
      {dialog.value === 'fork' && <ForkDialog session={session} onClose={() => (dialog.value = null)} />}
      {dialog.value === 'cancel' && <CancelDialog session={session} onClose={() => (dialog.value = null)} />}
    </div>
  );
}
