import type { StepHistory } from '../../operations/sessions/step-history.js';
import type { Pager } from '../http/pagination.js';
import type { SessionLinks } from './links.js';

export interface SessionReadDeps {
  readonly history: StepHistory;
  readonly pager: Pager;
  readonly links: SessionLinks;
}
