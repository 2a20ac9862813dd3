import { useSignal } from '@preact/signals';
import { dateTime } from '../app/format';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import { useAddress } from '../app/location';
import type { Explanation } from '../app/types';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { SelectField } from '../ui/field';
import { SearchBox } from '../ui/search-box';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { useExplanation, useRecord, useDeadlines, useStaff } from './notification-queries';
import { reasonWord } from './reason-word';

/** Why a person was, or was not, notified of a deadline. The address holds the question, so an answer can be shared. */
export function ExplainView() {
  const words = notices().why;
  const address = useAddress();
  const [staffId, deadlineId] = [address.get('staff'), address.get('deadline')];
  const explanation = useExplanation(staffId, deadlineId);
  return (
    <div class="why">
      <div class="why-choice">
        {staffId === '' ? (
          <PersonSearch onChoose={(staff) => address.set({ staff, deadline: undefined })} />
        ) : (
          <Chosen staffId={staffId} deadlineId={deadlineId} />
        )}
      </div>
      {staffId === '' || deadlineId === '' ? (
        <Empty title={notices().tabs.why} text={words.intro} />
      ) : (
        <Loaded query={explanation}>{(data) => <Answer explanation={data} />}</Loaded>
      )}
    </div>
  );
}

function PersonSearch({ onChoose }: { readonly onChoose: (id: string) => void }) {
  const words = notices().why;
  const q = useSignal('');
  const people = useStaff({ q: q.value === '' ? undefined : q.value });
  return (
    <>
      <SearchBox label={words.choosePerson} value={q.value} onChange={(text) => (q.value = text)} />
      <Loaded query={people.loaded}>
        {(items) =>
          items.length === 0 ? (
            <p class="quiet">{t().frame.nothingFound}</p>
          ) : (
            <ul class="choice-list">
              {items.slice(0, 12).map(({ id, name, email, office_name }) => (
                <li key={id}>
                  <button type="button" class="choice-item" onClick={() => onChoose(id)}>
                    <span dir="auto">{name}</span>
                    <span class="second-line" dir="auto">
                      {email} · {office_name}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

function Chosen({ staffId, deadlineId }: { readonly staffId: string; readonly deadlineId: string }) {
  const words = notices();
  const address = useAddress();
  const person = useRecord('staff', staffId);
  return (
    <Loaded query={person}>
      {({ name, email, office_id, office_name }) => (
        <>
          <p class="why-person">
            <span>
              <strong dir="auto">{name}</strong>
              <span class="second-line" dir="auto">
                {email} · {office_name}
              </span>
            </span>
            <Button icon="close" onClick={() => address.set({ staff: undefined, deadline: undefined })}>
              {t().actions.remove}
            </Button>
          </p>
          <DeadlineChoice officeId={office_id} chosen={deadlineId} label={words.why.chooseDeadline} />
        </>
      )}
    </Loaded>
  );
}

interface DeadlineChoiceProps {
  readonly officeId: string;
  readonly chosen: string;
  readonly label: string;
}

function DeadlineChoice({ officeId, chosen, label }: DeadlineChoiceProps) {
  const address = useAddress();
  const deadlines = useDeadlines({ office_id: officeId });
  return (
    <Loaded query={deadlines.loaded}>
      {(items) =>
        items.length === 0 ? (
          <p class="quiet">{notices().why.noDeadlines}</p>
        ) : (
          <SelectField
            label={label}
            value={chosen}
            options={[
              ['', t().compare.nothing] as const,
              ...items.map(({ id, title, due_on }) => [id, `${title} (${due_on})`] as const),
            ]}
            onChange={(deadline) => address.set({ deadline })}
          />
        )
      }
    </Loaded>
  );
}

function Answer({ explanation }: { readonly explanation: Explanation }) {
  const words = notices();
  const { summary, deadline, now, runs } = explanation;
  return (
    <article class="answer">
      <header>
        <h2 dir="auto">{deadline.title}</h2>
        <p class="session-facts">
          <StateMark status={deadline.state} />
          <span class="figures">
            {words.due} {deadline.due_on}
          </span>
          {deadline.critical && <span class="chip chip-changed">{words.records.criticalMark}</span>}
        </p>
        <p class="answer-summary">{summary}</p>
      </header>
      <section>
        <h3>{words.why.now}</h3>
        {now === null ? <p class="note">{words.why.nothingNow}</p> : <Now now={now} />}
      </section>
      <section>
        <h3>{words.why.runs}</h3>
        {runs.length === 0 && <p class="quiet">{words.why.noRuns}</p>}
        <ol class="answer-runs">
          {runs.map((run) => (
            <RunAnswer key={run.job_id} run={run} />
          ))}
        </ol>
      </section>
    </article>
  );
}

function Now({ now }: { readonly now: NonNullable<Explanation['now']> }) {
  const words = notices();
  return (
    <>
      <p>
        {words.why.there(now.date)} {words.daysLeft(now.days_left)}.{' '}
        {now.threshold !== null && <span class="chip">{words.thresholds(now.threshold)}</span>}{' '}
        {now.next_on !== null && words.why.nextOn(now.next_on)}
      </p>
      <ul class="answer-channels">
        {now.channels.map(({ channel, would_send, reason }) => (
          <li key={channel}>
            <StateMark
              status={would_send ? 'done' : 'skipped'}
              word={would_send ? words.why.would : words.why.wouldNot}
            />
            <span>{words.channels[channel]}</span>
            {reason !== null && <span class="quiet">{reasonWord(reason)}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function RunAnswer({ run }: { readonly run: Explanation['runs'][number] }) {
  const words = notices();
  return (
    <li>
      <p>
        <a href={`/notifications/runs/${run.job_id}`}>
          <Ago at={run.at} />
        </a>{' '}
        {run.dry_run && <span class="chip">{words.runs.plan}</span>}
        {run.standing !== null && (
          <span class="quiet">
            {' '}
            {run.standing.date}, {words.daysLeft(run.standing.days_left)}
          </span>
        )}
      </p>
      {run.error !== null && <p class="note note-failed">{run.error}</p>}
      {run.told.length === 0 && <p class="quiet">{words.why.nothingDue}</p>}
      <ul class="answer-channels">
        {run.told.map((outcome) => (
          <li key={`${outcome.channel} ${outcome.threshold} ${outcome.delivery_id ?? ''}`}>
            <StateMark status={outcome.status ?? 'skipped'} />
            <span>{words.channels[outcome.channel]}</span>
            <span class="chip">{words.thresholds(outcome.threshold)}</span>
            {outcome.reason !== null && <span class="quiet">{reasonWord(outcome.reason)}</span>}
            {outcome.sent_at !== null && <span class="quiet figures">{dateTime(outcome.sent_at)}</span>}
          </li>
        ))}
      </ul>
    </li>
  );
}
