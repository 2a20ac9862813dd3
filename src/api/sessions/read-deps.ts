import type { Pager } from '../http/pagination.js';
import type { SessionLinks } from './links.js';

export interface SessionReadDeps {
  readonly pager: Pager;
  readonly links: SessionLinks;
}
