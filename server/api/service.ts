import { createRoute, z } from '@hono/zod-openapi';
import { PROBLEM } from './problem.js';
import { MEDIA } from './route.js';

const tag = 'Service';
const text = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: z.string() } },
});
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: PROBLEM } },
});

export const events = createRoute({
  method: 'get',
  path: '/v1/events',
  operationId: 'streamEvents',
  tags: [tag],
  summary:
    'Server-sent events: `prediction` (a row of /v1/predictions that is new), `job` (a Job whenever it moves), `generation` ({"generation": "..."}: the data has changed, read again)',
  request: { query: z.strictObject({}) },
  responses: {
    200: text('text/event-stream', 'the stream; a comment every 15 s keeps it open'),
    400: problem('a parameter is not valid'),
    429: problem('too many streams'),
  },
});

export const livez = createRoute({
  method: 'get',
  path: '/livez',
  operationId: 'getLiveness',
  tags: [tag],
  summary: 'The process runs',
  responses: { 200: text('text/plain', 'ok') },
});

export const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  tags: [tag],
  summary: 'The warehouse answers',
  responses: { 200: text('text/plain', 'ok'), 503: problem('the warehouse does not answer') },
});

export const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  tags: [tag],
  summary: 'Figures of the process in the Prometheus text format',
  responses: { 200: text('text/plain', 'the figures') },
});

export const openapiDocument = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  tags: [tag],
  summary: 'This document',
  responses: {
    200: {
      description: 'OpenAPI 3.1',
      content: { [MEDIA.json]: { schema: z.object({ openapi: z.string() }).loose() } },
    },
  },
});

export const docs = createRoute({
  method: 'get',
  path: '/docs',
  operationId: 'getDocs',
  tags: [tag],
  summary: 'This document to browse',
  responses: { 200: text('text/html', 'a page; what it loads comes from this server') },
});

export const docsAsset = createRoute({
  method: 'get',
  path: '/docs/{asset}',
  operationId: 'getDocsAsset',
  tags: [tag],
  summary: 'A script, style sheet or icon of the page',
  request: {
    params: z.object({
      asset: z
        .string()
        .max(64)
        .openapi({ param: { name: 'asset', in: 'path' }, example: 'swagger-ui.css' }),
    }),
  },
  responses: { 200: text('text/javascript', 'the file'), 404: problem('there is no such file') },
});
