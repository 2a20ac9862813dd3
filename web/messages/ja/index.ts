import type { en } from '../en';
import { admin } from './admin';
import { frame } from './frame';
import { lists } from './lists';
import { reports } from './reports';
import { session } from './session';
import { sql } from './sql';

export const ja: typeof en = {
  ...frame,
  ...session,
  ...lists,
  ...reports,
  ...admin,
  ...sql,
};
