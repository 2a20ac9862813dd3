import { isProblem } from '../app/problem';
import { queries } from '../app/queries';
import { reportSource } from './live';

/**
 * The questions of the page as a source of the live mark. A stream may stand while nothing is answered.
 * Q1. A single failure says nothing. A question counts from its second one, until its answer or the end of its panel.
 * Q2. Only a failure of the whole API counts. That a part is away, its own panel says.
 * Q3. The first answer asks all the others again: nothing waits for its next turn.
 */
const WHOLE_API = ['database_unavailable', 'identity_unavailable', 'unreachable', 'unknown'];
const failing = new Set<string>();

export function followQuestions(): () => void {
  return queries.getQueryCache().subscribe((event) => {
    const { queryHash, state } = event.query;
    const { fetchFailureCount, fetchFailureReason } = state;
    const action = event.type === 'updated' ? event.action : undefined;
    const isWhole = isProblem(fetchFailureReason, ...WHOLE_API);
    // A change that a stream brings is no answer.
    const isAnswered = action?.type === 'success' && action.manual !== true;
    const isOver = isAnswered || (action?.type === 'error' && !isWhole);
    if (isOver || event.query.getObserversCount() === 0) {
      if (failing.delete(queryHash) && isOver) askOthers();
    } else if (isWhole && fetchFailureCount > 1) failing.add(queryHash);
    reportSource('questions', failing.size > 0 ? 'failing' : 'gone');
  });
}

function askOthers(): void {
  const predicate = ({ queryHash }: { readonly queryHash: string }): boolean => failing.has(queryHash);
  void queries.refetchQueries({ predicate }, { cancelRefetch: false });
}
