import Koa from 'koa';
import { Problem } from './http/problems.js';
import type { ApiDeps } from './deps.js';
import { compression } from './http/middleware/compression.js';
import { cors } from './http/middleware/cors.js';
import { problems } from './http/middleware/problems.js';
import { requestScope } from './http/middleware/request-scope.js';
import { requestTarget } from './http/middleware/request-target.js';
import { securityHeaders } from './http/middleware/security-headers.js';
import { temporalUiCors } from './http/middleware/temporal-ui-cors.js';
import { mountRoutes } from './http/mount.js';
import type { Route } from './http/route.js';
import { createRoutes } from './routes.js';
import { staticFiles } from './http/static-files.js';

/** The API as a handler of requests. It never listens and starts nothing. */
export function createApp(deps: ApiDeps, routes: readonly Route[] = createRoutes(deps)): Koa {
  const { config, logger, tracing } = deps;
  const proxies = config.proxyIpsCount;
  const app = new Koa(proxies > 0 ? { proxy: true, maxIpsCount: proxies } : { proxy: false });
  // An error that still gets here came after an answer had begun: most often a reader that left.
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (!isGoneReader(error)) logger.error({ err: error }, 'an answer was cut off');
  });
  if (tracing !== undefined) app.use(tracing.traceRequests);
  app.use(requestScope(deps));
  app.use(securityHeaders());
  app.use(temporalUiCors(config.temporalUiUrl));
  app.use(cors(config.corsOrigins));
  app.use(compression());
  app.use(problems(logger));
  app.use(requestTarget());
  // Before the routes: a browser that opens /jobs/:id gets the page, everybody else the job.
  const files = staticFiles(deps.consoleFolder);
  app.use(files.known);
  app.use(mountRoutes(routes, { ...deps, ...config }));
  app.use(files.unknown);
  app.use(() => {
    throw new Problem('route_not_found');
  });
  return app;
}

function isGoneReader({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
