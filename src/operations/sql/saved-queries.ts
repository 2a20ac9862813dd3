import type { NewSavedQuery, SavedQuery, SavedQueryChange } from '../../contracts/sql/saved-query.js';
import {
  deleteSavedQuery,
  insertSavedQuery,
  lockSavedQuery,
  updateSavedQuery,
} from '../../db/sql/saved-queries.js';
import type { SavedKind } from '../users/saved.js';

export const savedQueries: SavedKind<SavedQuery, NewSavedQuery, SavedQueryChange> = {
  idKind: 'savedQuery',
  taken: 'You have a saved query of that name.',
  insert: insertSavedQuery,
  lock: lockSavedQuery,
  update: updateSavedQuery,
  remove: deleteSavedQuery,
  auditState: ({ name, sql, data_source, shared }) => ({ name, sql, dataSource: data_source, shared }),
};
