import { stepNames } from '../../domain/sessions/state.js';
import { sql, type Sql } from '../base/sql.js';

/** The names of the steps of a phase, in their order. */
export const stepNameArray: Sql = sql`${[...stepNames]}::text[]`;
