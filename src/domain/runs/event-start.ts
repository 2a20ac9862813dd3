/** Where a run is, as its readers see it. */
export interface EventSpan {
  readonly lastPos: number;
  readonly finished: boolean;
}

/** `nothing`: the reader has everything there will ever be. Otherwise what is sent is what is after `after`. */
export type EventStart =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'resume'; readonly after: number }
  | { readonly kind: 'snapshot'; readonly after: number };

/**
 * Where a reader starts who says that it has everything up to `given`.
 * - Without a position, or with one that this run never reached, it gets the current state first. That state has the
 *   last position as its own, so that resuming from it goes on with the next event.
 * - A finished run's state is followed by the run's final event, so that every stream ends with an explicit one.
 */
export function startOfReading(span: EventSpan, given: number | undefined): EventStart {
  if (given === undefined || given > span.lastPos) {
    return { kind: 'snapshot', after: span.finished ? Math.max(span.lastPos - 1, 0) : span.lastPos };
  }
  if (span.finished && given === span.lastPos) return { kind: 'nothing' };
  return { kind: 'resume', after: given };
}
