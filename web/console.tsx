import { useEffect, useState } from 'preact/hooks';
import { ApiProblem, call, messageOf } from './api';
import { JobView } from './job-view';
import { RunList, type RunItem } from './run-list';
import { SessionView } from './session-view';
import { SignIn } from './sign-in';

interface Me {
  name: string;
  role: string;
}

interface SessionItem {
  id: string;
  topic: string;
  status: string;
  percent: number;
  phaseTitle: string;
  createdAt: string;
}

interface JobItem {
  jobId: string;
  title: string;
  kind: string;
  status: string;
  progress: { percent?: number };
  createdAt: string;
}

/** `#signin=…` from the link that `npm start` prints. Taken out of the address bar before anything else sees it. */
async function signInByLink(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('signin');
  if (token === null) return;
  history.replaceState(null, '', location.pathname);
  await call('POST', '/api/v1/session', { signInToken: token });
}

/** `#session=…`, as the workflow's page in the Temporal Web UI links here. */
function chosenByLink(): { id: string; kind: 'session' } | undefined {
  const id = new URLSearchParams(location.hash.slice(1)).get('session');
  return id === null ? undefined : { id, kind: 'session' };
}

async function loadRuns(): Promise<RunItem[]> {
  const [sessions, jobs] = await Promise.all([
    call<{ items: SessionItem[] }>('GET', '/api/v1/cot-sessions'),
    call<{ items: JobItem[] }>('GET', '/jobs'),
  ]);
  const items: RunItem[] = [
    ...sessions.items.map((one) => ({
      ...one,
      kind: 'session' as const,
      title: one.topic,
      note: one.phaseTitle,
    })),
    ...jobs.items.map((one) => ({
      ...{
        id: one.jobId,
        kind: 'job' as const,
        title: one.title,
        status: one.status,
        note: one.kind,
        createdAt: one.createdAt,
      },
      percent: one.status === 'success' ? 100 : (one.progress.percent ?? 0),
    })),
  ];
  return items.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}

export function Console() {
  const [me, setMe] = useState<Me | null>();
  const [runs, setRuns] = useState<readonly RunItem[]>([]);
  const [chosen, setChosen] = useState<{ id: string; kind: 'session' | 'job' } | undefined>(chosenByLink);
  const [topic, setTopic] = useState('');
  const [problem, setProblem] = useState('');
  const show = (error: unknown): void => setProblem(messageOf(error));
  const refresh = (): void => void loadRuns().then(setRuns, show);
  const enter = async (): Promise<void> => {
    try {
      setMe(await call<Me>('GET', '/api/v1/me'));
      refresh();
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 401) show(error);
      setMe(null);
    }
  };
  useEffect(() => void signInByLink().catch(show).then(enter), []);
  if (me === undefined) return <p class="quiet">Loading …</p>;
  if (me === null) return <SignIn onSignedIn={() => void enter()} />;

  const startSession = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { id } = await call<{ id: string }>('POST', '/api/v1/cot-sessions', { topic });
    setTopic('');
    setChosen({ id, kind: 'session' });
    refresh();
  };
  const makeReport = async (): Promise<void> => {
    const { jobId } = await call<{ jobId: string }>('POST', '/generate-report', {});
    setChosen({ id: jobId, kind: 'job' });
    refresh();
  };
  const signOut = async (): Promise<void> => {
    await call('DELETE', '/api/v1/session');
    setMe(null);
  };
  return (
    <>
      <header>
        <strong>Sluice</strong>
        <nav>
          <a href="/docs">API reference</a>
        </nav>
        <span class="quiet">
          {me.name}, {me.role}
        </span>
        <button type="button" class="second" onClick={() => void signOut().catch(show)}>
          Sign out
        </button>
      </header>
      <main>
        <div class="side">
          <form class="card" onSubmit={(event) => void startSession(event).catch(show)}>
            <label>
              Topic of a new session
              <input
                value={topic}
                maxLength={10_000}
                onInput={(event) => setTopic(event.currentTarget.value)}
              />
            </label>
            <div class="actions">
              <button type="submit" disabled={topic.trim() === ''}>
                Start session
              </button>
              <button type="button" class="second" onClick={() => void makeReport().catch(show)}>
                Make a report
              </button>
            </div>
          </form>
          {problem !== '' && (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
          <RunList runs={runs} chosen={chosen?.id ?? ''} onChoose={setChosen} />
        </div>
        <div class="content">
          {chosen === undefined && <p class="quiet">Choose a run to follow it live.</p>}
          {chosen?.kind === 'session' && <SessionView key={chosen.id} id={chosen.id} onChange={refresh} />}
          {chosen?.kind === 'job' && <JobView key={chosen.id} id={chosen.id} onChange={refresh} />}
        </div>
      </main>
    </>
  );
}
