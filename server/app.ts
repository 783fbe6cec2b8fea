import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import { secureHeaders } from 'hono/secure-headers';
import { ROUTES } from './api/contract.js';
import type { ProblemKind } from './api/problem.js';
import type { ServerDeps } from './deps.js';
import { dataHandlers } from './handlers/data.js';
import { jobHandlers } from './handlers/jobs.js';
import { marketHandlers } from './handlers/market.js';
import { miningHandlers } from './handlers/mining.js';
import { performanceHandlers } from './handlers/performance.js';
import { predictionHandlers } from './handlers/predictions.js';
import { serviceHandlers } from './handlers/service.js';
import { strategyHandlers } from './handlers/strategies.js';
import { StaticFiles } from './http/files.js';
import { ProblemError, problemResponse } from './http/problem-error.js';
import type { Hit } from './http/ready.js';
import { Services } from './http/services.js';

const METHODS = ['GET', 'HEAD', 'POST'];
const METHODS_WITHOUT_BODY = ['GET', 'HEAD'];

/** The API and the dashboard, without a port. */
export function createApp(deps: ServerDeps) {
  const services = new Services(deps);
  const app = new OpenAPIHono();
  app.use(async (c, next) => {
    const startedAt = performance.now();
    const release = await services.requests.acquire();
    await next().finally(release);
    // The pattern of the route that answered, never the path: callers must not make up labels.
    const route = routePath(c);
    const hit: Hit | undefined = c.get('hit' as never);
    if (hit !== undefined) services.ready.remember(c.req.raw, hit, route, c.res);
    services.metrics.request(route, c.req.method, c.res.status, (performance.now() - startedAt) / 1000);
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: 'DENY',
      referrerPolicy: 'no-referrer',
      // Served on loopback over plain HTTP: whoever puts TLS before it sets this there.
      strictTransportSecurity: false,
    }),
  );
  app.use(async (c, next) => {
    const { hosts } = deps;
    const host = (c.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
    if (hosts !== null && !hosts.includes(host))
      throw new ProblemError('forbidden-host', 'this server answers to its own name only', {
        allowed: [...hosts],
      });
    await next();
  });
  const limited = bodyLimit({
    maxSize: services.limits.bodyBytes,
    onError: () => {
      throw new ProblemError('body-too-large', `a body has at most ${services.limits.bodyBytes} bytes`);
    },
  });
  // Looking for a body makes a whole Request of what has none.
  app.use((c, next) => (METHODS_WITHOUT_BODY.includes(c.req.method) ? next() : limited(c, next)));
  const routes = app
    .route('/', marketHandlers(services))
    .route('/', strategyHandlers(services))
    .route('/', predictionHandlers(services))
    .route('/', performanceHandlers(services))
    .route('/', miningHandlers(services))
    .route('/', dataHandlers(services))
    .route('/', jobHandlers(services))
    .route('/', serviceHandlers(services));

  const dashboard = new StaticFiles(deps.dashboard);
  app.get('*', async (c, next) => {
    const path = c.req.path.slice(1);
    const file = dashboard.answer(c, path === '' ? 'index.html' : path);
    if (file !== null) return file;
    // A view of the dashboard: its page reads the path.
    const isPage = !/^(v1|docs)\b|\./.test(path) && (c.req.header('accept') ?? '').includes('text/html');
    const page = isPage ? dashboard.answer(c, 'index.html') : null;
    if (page !== null) return page;
    await next();
  });
  app.notFound((c) => {
    const allowed = methodsOf(c.req.path);
    if (allowed.length === 0 || allowed.includes(c.req.method))
      return problemResponse(
        new ProblemError('not-found', 'there is no such route; GET /openapi.json lists them'),
        c.req.path,
      );
    const error = new ProblemError('method-not-allowed', `this route takes ${allowed.join(', ')}`, {
      allowed,
    });
    return problemResponse(error, c.req.path, { Allow: allowed.join(', ') });
  });
  app.onError((error, c) => {
    const problem = asProblem(error);
    if (problem.kind === 'internal')
      deps.log(`${c.req.method} ${c.req.path.slice(0, 200)}: ${error.stack ?? error.message}`);
    const headers: Record<string, string> =
      problem.kind === 'unauthorized'
        ? { 'WWW-Authenticate': 'Bearer' }
        : problem.kind === 'too-many-requests'
          ? { 'Retry-After': '1' }
          : {};
    return problemResponse(problem, c.req.path, headers);
  });
  // A request that was answered from the cache before needs nothing of the above.
  const fetch: typeof app.fetch = (request, ...rest) =>
    services.ready.find(request) ?? app.fetch(request, ...rest);
  return { app: routes, fetch, services };
}

/** For `hono/client`: `hc<AppType>('http://127.0.0.1:8787')` knows every route, parameter and answer. */
export type AppType = ReturnType<typeof createApp>['app'];

/** What Hono and its validators throw by themselves. */
const KINDS: Readonly<Record<number, ProblemKind>> = { 413: 'body-too-large', 415: 'unsupported-body' };

function asProblem(error: Error): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HTTPException && error.status < 500)
    return new ProblemError(KINDS[error.status] ?? 'bad-request', error.message);
  // The caller left in the middle of a body: nobody reads this.
  if ((error as NodeJS.ErrnoException).code === 'ECONNRESET')
    return new ProblemError('bad-request', 'the body did not come to its end');
  // DuckDB's own memory is bounded; what others hold is free again in a moment.
  if (error.message.startsWith('Out of Memory'))
    return new ProblemError('unavailable', 'the database has no memory left for this now; ask for less');
  if (error instanceof URIError) return new ProblemError('bad-request', 'the path has a bad escape');
  return new ProblemError('internal', 'the server failed; it has written down why');
}

/** Methods that a path takes: HEAD wherever GET. */
function methodsOf(path: string): string[] {
  const found = new Set<string>();
  for (const route of ROUTES) {
    const pattern = new RegExp(`^${route.path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`);
    if (!pattern.test(path)) continue;
    found.add(route.method.toUpperCase());
    if (route.method === 'get') found.add('HEAD');
  }
  return METHODS.filter((method) => found.has(method));
}
