import type { Context } from 'hono';

/** `Link` of the page behind this one. */
export function linkTo(c: Context, nextCursor: string | null): Record<string, string> {
  if (nextCursor === null) return {};
  const url = new URL(c.req.url);
  url.searchParams.set('cursor', nextCursor);
  return { Link: `<${url.pathname}${url.search}>; rel="next"` };
}
