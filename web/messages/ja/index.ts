import type { Messages } from '../../app/i18n';
import { admin } from './admin';
import { frame } from './frame';
import { lists } from './lists';
import { notifications } from './notifications';
import { reports } from './reports';
import { session } from './session';
import { sql } from './sql';

export const ja: Messages = {
  ...frame,
  ...session,
  ...lists,
  ...reports,
  ...admin,
  ...sql,
  ...notifications,
};
