import type { admin } from './admin';
import { frame } from './frame';
import { lists } from './lists';
import { reports } from './reports';
import { session } from './session';
import { sql } from './sql';

/** The words that the first page comes with; those of administrators' pages come with these. */
export const en = { ...frame, ...session, ...lists, ...reports, ...sql };

export type Words = typeof en & typeof admin;
