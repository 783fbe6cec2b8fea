import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import * as data from './data.js';
import * as jobs from './jobs.js';
import * as market from './market.js';
import * as mining from './mining.js';
import * as performance from './performance.js';
import * as predictions from './predictions.js';
import * as service from './service.js';
import * as strategies from './strategies.js';

const isRoute = (value: unknown): value is RouteConfig =>
  typeof value === 'object' && value !== null && 'path' in value && 'responses' in value;

/** Every route that the server answers, the dashboard's files apart. */
export const ROUTES: readonly RouteConfig[] = [
  market,
  strategies,
  predictions,
  performance,
  mining,
  data,
  jobs,
  service,
].flatMap((module) =>
  // A module's names come in the order of the alphabet, of which test runners know nothing.
  Object.entries(module)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value)
    .filter(isRoute),
);

/** The OpenAPI 3.1 document of the contract. */
export function openApiDocument(version: string) {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  for (const route of ROUTES) app.openAPIRegistry.registerPath(route);
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'klinemill',
      version,
      description:
        'Klines, indicators, predictions and what became of them. Times are epoch milliseconds UTC, unknown is null. Lists answer JSON, CSV (text/csv) and Arrow (application/vnd.apache.arrow.stream) by Accept, page by keyset cursors, and carry a strong ETag of the generation of the data. Errors are application/problem+json (RFC 9457).',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0.html' },
    },
    servers: [{ url: '/' }],
  });
}
