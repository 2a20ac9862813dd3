import { call } from '../app/client';
import { number } from '../app/format';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { queries } from '../app/queries';
import { toast } from '../app/toasts';
import type { DeadLetterView } from '../app/types';
import { useAction } from '../app/use-action';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { EntriesSkeleton } from '../ui/skeletons';
import { Ago } from '../ui/time';
import { filterOf, replayEvery, useReplayable } from './replays';
import { useDeadLetters } from './report-queries';

interface Cause {
  readonly key: string;
  readonly kind: string;
  readonly errorCode: string | null;
  /** The loaded ones, the newest first. */
  readonly letters: readonly DeadLetterView[];
}

/** Work that used up its retries, by its cause. A dead letter, or all of a cause, can be replayed. */
export function DeadLettersView() {
  const words = t().deadLetters;
  const address = useAddress();
  const replayed = address.get('replayed') === 'yes' ? 'yes' : 'no';
  const letters = useDeadLetters(replayed);
  return (
    <>
      <div class="segments" role="group" aria-label={t().sessions.state}>
        {(['no', 'yes'] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === replayed}
            onClick={() => address.set({ replayed: each === 'no' ? undefined : each }, true)}
          >
            {each === 'no' ? words.open : words.replayed}
          </button>
        ))}
      </div>
      <Loaded query={letters.loaded} skeleton={<EntriesSkeleton rows={8} />}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={words.none} text={words.noneText} />
          ) : (
            <>
              {causesOf(items).map((cause) => (
                <CauseGroup
                  key={cause.key}
                  cause={cause}
                  isWhole={letters.more === undefined}
                  canReplay={replayed === 'no'}
                />
              ))}
              {letters.more !== undefined && (
                <Button busy={letters.isLoadingMore} onClick={letters.more}>
                  {t().actions.loadMore}
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

function causesOf(letters: readonly DeadLetterView[]): readonly Cause[] {
  const causes = new Map<
    string,
    { key: string; kind: string; errorCode: string | null; letters: DeadLetterView[] }
  >();
  for (const letter of letters) {
    const { kind, errorCode } = letter;
    const key = `${kind} ${errorCode}`;
    const cause = causes.get(key) ?? { key, kind, errorCode, letters: [] };
    cause.letters.push(letter);
    causes.set(key, cause);
  }
  return [...causes.values()].sort((one, other) => other.letters.length - one.letters.length);
}

interface CauseGroupProps {
  readonly cause: Cause;
  /** False while more may be loaded. */
  readonly isWhole: boolean;
  readonly canReplay: boolean;
}

function CauseGroup({ cause, isWhole, canReplay }: CauseGroupProps) {
  const words = t().deadLetters;
  const { busy, run } = useAction();
  const { filter, isOfCause } = filterOf(cause);
  const replayable = useReplayable(filter, canReplay);
  const counted = canReplay ? replayable.data : undefined;
  const replayAll = (): Promise<boolean> =>
    run(async () => {
      const done = await replayEvery(filter);
      toast({ tone: 'done', text: words.replayedMany(done) });
    });
  const known = isOfCause && counted !== undefined ? counted.matching + counted.notReplayable : undefined;
  const some = `${number(cause.letters.length)}${isWhole ? '' : '+'}`;
  return (
    <section class="cause">
      <header class="page-head">
        <h2>
          {cause.kind} · <code>{cause.errorCode ?? '–'}</code>{' '}
          <span class="count">{known === undefined ? some : number(known)}</span>
        </h2>
        {canReplay && (
          <Button
            icon="redo"
            busy={busy.value}
            disabled={counted === undefined || counted.matching === 0}
            onClick={() => void replayAll()}
          >
            {words[isOfCause || isWhole ? 'replayAll' : 'replayThese'](
              counted === undefined ? '…' : number(counted.matching),
            )}
          </Button>
        )}
      </header>
      {counted !== undefined && counted.notReplayable > 0 && (
        <p class="note">{words.notReplayable(counted.notReplayable)}</p>
      )}
      <ul class="letters">
        {cause.letters.map((letter) => (
          <Letter key={letter.id} letter={letter} canReplay={canReplay} />
        ))}
      </ul>
    </section>
  );
}

function Letter({ letter, canReplay }: { readonly letter: DeadLetterView; readonly canReplay: boolean }) {
  const words = t().deadLetters;
  const { busy, run } = useAction();
  const replay = (): Promise<boolean> =>
    run(
      async () => {
        await call('replayDeadLetter', { params: { id: letter.id } });
        void queries.invalidateQueries({ queryKey: ['dead-letters'] });
      },
      { done: words.replayedMany(1) },
    );
  return (
    <li>
      <details>
        <summary>
          <span dir="auto">{letter.title}</span>{' '}
          <span class="quiet">
            {words.tries(letter.errors.length)} · <Ago at={letter.createdAt} />
          </span>
        </summary>
        <ol class="tries">
          {letter.errors.map(({ step, try: number, type, message }) => (
            <li key={`${step} ${number}`}>
              {step} · {t().session.tryNumber(number)}
              <p class="note note-failed" dir="auto">
                <code>{type}</code> {message}
              </p>
            </li>
          ))}
        </ol>
        <pre class="code" tabIndex={0}>
          {JSON.stringify(letter.input, null, 2)}
        </pre>
      </details>
      {letter.jobId !== null && (
        <a class="link-alone" href={`/jobs/${letter.jobId}`}>
          {words.job}
        </a>
      )}
      {canReplay && (
        <Button icon="redo" busy={busy.value} onClick={() => void replay()}>
          {words.replay}
        </Button>
      )}
    </li>
  );
}
