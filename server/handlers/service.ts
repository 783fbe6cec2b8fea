import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { OpenAPIHono } from '@hono/zod-openapi';
import { openApiDocument } from '../api/contract.js';
import * as routes from '../api/service.js';
import { StaticFiles } from '../http/files.js';
import { onInvalid } from '../http/on-invalid.js';
import { ProblemError } from '../http/problem-error.js';
import type { Services } from '../http/services.js';
import { LiveEvents } from '../live/events.js';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>klinemill API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
/** The policy allows no script in the page itself. */
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** What the server says of itself. */
export function serviceHandlers(services: Services) {
  const { warehouse, version, log } = services.deps;
  const events = new LiveEvents(services);
  const document = JSON.stringify(openApiDocument(version));
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const assets = new StaticFiles(folder, ASSETS);
  const json = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' };
  return new OpenAPIHono({ defaultHook: onInvalid })
    .openapi(routes.events, (c) => events.stream(c) as never)
    .openapi(routes.livez, (c) => c.text('ok'))
    .openapi(routes.readyz, async (c) => {
      try {
        await warehouse.query('SELECT 1');
      } catch (error) {
        log(`readyz: ${String(error)}`);
        throw new ProblemError('unavailable', 'the warehouse does not answer');
      }
      return c.text('ok');
    })
    .openapi(routes.metrics, async (c) => {
      const { registry } = services.metrics;
      return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }) as never;
    })
    .openapi(routes.openapiDocument, () => new Response(document, { headers: json }) as never)
    .openapi(routes.docs, (c) => c.html(PAGE))
    .openapi(routes.docsAsset, (c) => {
      const { asset } = c.req.valid('param');
      if (asset === 'start.js')
        return new Response(START, { headers: { 'Content-Type': 'text/javascript' } }) as never;
      const found = assets.answer(c, asset);
      if (found === null) throw new ProblemError('not-found', 'there is no such file');
      return found as never;
    });
}
