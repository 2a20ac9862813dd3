import type { Context, Middleware } from 'koa';
import type { Logger } from '../../../platform/logger.js';
import { problemDocument, problemOf } from '../problem-document.js';
import { scopeOf } from '../request-scope.js';

/** The one place where a thrown thing becomes an answer. */
export function problems(logger: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const problem = problemOf(error);
      const scope = scopeOf(ctx as Context);
      scope.problem = problem.code;
      if (problem.status >= 500) {
        const { requestId, route } = scope;
        logger.error({ err: error, requestId, route, method: ctx.method }, 'a request failed');
      }
      // A stream that had begun cannot be taken back.
      if (ctx.res.headersSent) {
        ctx.res.destroy();
        return;
      }
      for (const name of ['ETag', 'Content-Disposition', 'Last-Modified', 'Location']) ctx.remove(name);
      ctx.status = problem.status;
      ctx.body = JSON.stringify(problemDocument(problem, scope.requestId));
      ctx.set('Content-Type', 'application/problem+json; charset=utf-8');
      ctx.set('Cache-Control', 'no-store');
      ctx.set(problem.headers);
    }
  };
}
