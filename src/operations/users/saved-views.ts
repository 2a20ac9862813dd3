import type { NewSavedView, SavedView, SavedViewChange } from '../../contracts/users/saved-view.js';
import {
  deleteSavedView,
  insertSavedView,
  lockSavedView,
  updateSavedView,
} from '../../db/users/saved-views.js';
import type { SavedKind } from './saved.js';

/** A view changes nothing but what its owner's lists show, so it has no entry in the audit log. */
export const savedViews: SavedKind<SavedView, NewSavedView, SavedViewChange> = {
  idKind: 'savedView',
  taken: 'You have a view of that name for this page.',
  insert: insertSavedView,
  lock: lockSavedView,
  update: updateSavedView,
  remove: deleteSavedView,
  auditState: null,
};
