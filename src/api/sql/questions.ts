import { sqlQuestionRoutes } from '../../contracts/sql/question.js';
import { listOpenQuestions } from '../../db/sql/questions.js';
import { confirmStatement, dropStatement } from '../../operations/sql/confirm-question.js';
import type { SubmitDeps } from '../../operations/sql/submit.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { acceptedReply } from './execute.js';

export interface SqlQuestionDeps extends SubmitDeps {
  readonly pager: Pager;
}

export function createSqlQuestionRoutes(deps: SqlQuestionDeps): Route[] {
  return [listRoute(deps.pager), confirmRoute(deps), dropRoute()];
}

function listRoute(pager: Pager): Route {
  const record = sqlQuestionRoutes.listSqlConfirmations;
  return implement(record, async ({ query, principal: { userId } }, db) => {
    const scope = { list: 'sql-confirmations', filters: { viewer: userId } };
    const request = pager.request(scope, query);
    const rows = await listOpenQuestions(db, userId, request);
    const page = pager.page(scope, request, { rows, keyOf: (row) => ({ at: row.asked_at, id: row.id }) });
    return pageReply(record.path, query, page);
  });
}

function confirmRoute(deps: SqlQuestionDeps): Route {
  return implement(sqlQuestionRoutes.confirmSql, async (call) => {
    const { params, body, principal, origin, commandId } = call;
    const yes = { questionId: params.id, isRemembered: body.remember_confirmation === true };
    const sender = { owner: principal, actor: principal, origin, commandId };
    return acceptedReply(await confirmStatement(deps, { ...yes, ...sender }));
  });
}

function dropRoute(): Route {
  return implement(sqlQuestionRoutes.dropSqlConfirmation, async ({ params: { id }, principal }, tx) => {
    await dropStatement(tx, principal.userId, id);
    return reply(204);
  });
}
