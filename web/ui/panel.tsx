import { Component, type ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '../app/i18n';
import { isProblem, wordsOf } from '../app/problem';
import { Button } from './button';
import { CopyButton } from './copy-button';
import { Icon } from './icon';

interface ProblemNoteProps {
  readonly error: unknown;
  /** Words that know more of the place than the code of the problem does. */
  readonly text?: string | undefined;
  readonly onRetry?: (() => void) | undefined;
}

/** Says what is wrong, what to do, and by which id the server knows it. */
export function ProblemNote({ error, text, onRetry }: ProblemNoteProps) {
  const words = t().problems;
  const { text: title, detail } = text === undefined ? wordsOf(error) : { text };
  if (isProblem(error, 'route_not_found')) return <p class="note">{words.notHere}</p>;
  const requestId = isProblem(error) ? error.problem.requestId : undefined;
  return (
    <div class="problem-note" role="alert">
      <Icon name="alert" />
      <div>
        <p dir="auto">{title}</p>
        {detail !== undefined && (
          <p class="quiet" dir="auto" lang="en">
            {detail}
          </p>
        )}
        {requestId !== undefined && (
          <p class="quiet">
            {words.requestId} <code>{requestId}</code> <CopyButton text={requestId} />
          </p>
        )}
      </div>
      {onRetry !== undefined && (
        <Button icon="redo" onClick={onRetry}>
          {t().actions.retry}
        </Button>
      )}
    </div>
  );
}

interface PanelProps {
  readonly children: ComponentChildren;
  /** A change of it gives the panel another chance. */
  readonly reset?: string;
}

interface PanelState {
  error: unknown;
  failed: boolean;
}

/** An error of a panel stays inside it. */
export class Panel extends Component<PanelProps, PanelState> {
  override state: PanelState = { error: undefined, failed: false };

  static override getDerivedStateFromError(error: unknown): PanelState {
    return { error, failed: true };
  }

  override componentDidUpdate(before: PanelProps): void {
    if (before.reset !== this.props.reset && this.state.failed)
      this.setState({ error: undefined, failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <ProblemNote
        error={this.state.error}
        onRetry={() => this.setState({ error: undefined, failed: false })}
      />
    );
  }
}

interface Loading<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  /** Of the tries so far, while it is tried again. */
  readonly failureCount?: number;
  readonly failureReason?: unknown;
  readonly refetch: () => unknown;
}

/** The first failure may be a blip, which a note would only make flicker. */
const TRIES_IN_SILENCE = 1;

/** The problem of a question that has no answer yet. It stays until the answer comes, however often it is asked. */
function useTrouble<Data>({ data, error, failureCount = 0, failureReason }: Loading<Data>): unknown {
  const known = useRef<unknown>(null);
  if (data !== undefined) known.current = null;
  else known.current = error ?? (failureCount > TRIES_IN_SILENCE ? failureReason : null) ?? known.current;
  return known.current;
}

interface LoadedProps<Data> {
  readonly query: Loading<Data>;
  readonly skeleton?: ComponentChildren;
  /** The heading of a page whose content brings its own. */
  readonly heading?: string;
  readonly children: (data: Data) => ComponentChildren;
}

/** Loading, problem or content of one question. Old content stays while a new answer fails. */
export function Loaded<Data>({ query, skeleton, heading, children }: LoadedProps<Data>) {
  const trouble = useTrouble(query);
  if (query.data !== undefined) return <>{children(query.data)}</>;
  return (
    <>
      {heading !== undefined && <h1 class="heading-before">{heading}</h1>}
      {trouble == null ? (
        (skeleton ?? <Skeleton lines={5} />)
      ) : (
        <ProblemNote error={trouble} onRetry={() => void query.refetch()} />
      )}
    </>
  );
}

export function Skeleton({ lines }: { readonly lines: number }) {
  return (
    <div class="skeleton" role="status" aria-label={t().actions.loading}>
      {Array.from({ length: lines }, (_, place) => (
        <span key={place} class={`skeleton-line skeleton-${place % 3}`} />
      ))}
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly text?: string;
  readonly children?: ComponentChildren;
}

export function Empty({ title, text, children }: EmptyProps) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {text !== undefined && <p>{text}</p>}
      {children !== undefined && <div class="empty-actions">{children}</div>}
    </div>
  );
}
