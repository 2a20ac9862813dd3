import type { Words } from '../en';
import { admin } from './admin';
import { frame } from './frame';
import { lists } from './lists';
import { reports } from './reports';
import { session } from './session';
import { sql } from './sql';

export const ja: Words = {
  ...frame,
  ...session,
  ...lists,
  ...reports,
  ...admin,
  ...sql,
};
