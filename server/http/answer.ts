import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { Context } from 'hono';
import { type ListFormat, MEDIA } from '../api/route.js';
import { negotiate, takesGzip } from './negotiate.js';
import { ProblemError } from './problem-error.js';
import type { Hit, KeptAnswer } from './ready.js';
import type { Services } from './services.js';

const gzipBytes = promisify(gzip);
/** Below it gzip costs more than it saves. */
const MIN_GZIP_BYTES = 1024;

/** What a handler made. */
export interface Made {
  /** Of the data; null: it did not stand still, so nothing may be kept. */
  readonly generation: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>;
}

/**
 * Answers a reading request: 304, from the cache, or made anew. The ETag is strong: it is made from what decides every
 * byte (data, program, request, format, encoding), before the answer is.
 *
 * @returns the response; handlers are typed by their contract, so it is given as whatever they promise
 */
export async function answer(
  c: Context,
  services: Services,
  formats: readonly ListFormat[],
  make: (format: ListFormat) => Promise<Made>,
): Promise<never> {
  const format = negotiate(c.req.header('accept'), formats);
  const isGzip = takesGzip(c.req.header('accept-encoding'));
  const url = new URL(c.req.url);
  const request = `${url.pathname}${url.search} ${format} ${isGzip ? 'gzip' : ''}`;
  const tagOf = (generation: string): string => {
    const hash = createHash('sha256').update(`${services.deps.version} ${generation} ${request}`);
    return `"${hash.digest('base64url').slice(0, 27)}"`;
  };
  const generation = await services.clock.current();
  const tag = tagOf(generation);
  if (matches(c.req.header('if-none-match'), tag)) {
    services.metrics.cache('not_modified');
    return new Response(null, { status: 304, headers: validators(tag) }) as never;
  }
  const kept = services.cache.get(tag);
  if (kept !== undefined) {
    services.metrics.cache('hit');
    const hit: Hit = { generation, tag };
    c.set('hit', hit);
    return new Response(kept.body, { headers: kept.headers }) as never;
  }
  services.metrics.cache('miss');
  const made = await compute(services, () => make(format));
  const type = format === 'csv' ? `${MEDIA.csv}; charset=utf-8` : MEDIA[format];
  const headers: Record<string, string> = {
    'Content-Type': type,
    ...made.headers,
    ...(made.generation === null
      ? { 'Cache-Control': 'no-store', Vary: 'Accept, Accept-Encoding' }
      : validators(tagOf(made.generation))),
  };
  if (!(made.body instanceof Uint8Array)) return streamed(made.body, headers, isGzip) as never;
  const isSmall = made.body.byteLength < MIN_GZIP_BYTES;
  const body = isGzip && !isSmall ? new Uint8Array(await gzipBytes(made.body, { level: 4 })) : made.body;
  if (isGzip && !isSmall) headers['Content-Encoding'] = 'gzip';
  headers['Content-Length'] = String(body.byteLength);
  const answer: KeptAnswer = { body, headers };
  if (headers.ETag !== undefined) services.cache.set(headers.ETag, answer);
  return new Response(body, { headers }) as never;
}

/** One JSON document, read until nothing was committed meanwhile. */
export function answerDocument(c: Context, services: Services, read: () => Promise<unknown>): Promise<never> {
  return answer(c, services, ['json'], async () => {
    const { generation, value } = await services.clock.whole(read);
    return madeDocument(generation, value);
  });
}

export function madeDocument(generation: string | null, value: unknown): Made {
  return { generation, headers: {}, body: new TextEncoder().encode(JSON.stringify(value)) };
}

/** Computes in turn and within the time. */
async function compute<T>(services: Services, make: () => Promise<T>): Promise<T> {
  const release = await services.computing.acquire();
  const work = make().finally(release);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const { answerMs } = services.limits;
    timer = setTimeout(() => {
      reject(new ProblemError('timeout', `the answer took more than ${answerMs / 1000} s; ask for less`));
    }, answerMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Whoever lost the race must not end the process.
    work.catch(() => undefined);
  }
}

function streamed(
  pieces: AsyncIterable<Uint8Array>,
  headers: Record<string, string>,
  isGzip: boolean,
): Response {
  const source = Readable.from(pieces, { objectMode: true, highWaterMark: 2 });
  if (isGzip) headers['Content-Encoding'] = 'gzip';
  const out = isGzip ? source.pipe(createGzip({ level: 1 })) : source;
  if (out !== source) {
    // `pipe` hands on neither errors nor the reader's leaving.
    source.on('error', (error) => out.destroy(error));
    out.on('close', () => source.destroy());
  }
  return new Response(Readable.toWeb(out) as ReadableStream<Uint8Array>, { headers });
}

function validators(tag: string): Record<string, string> {
  return { ETag: tag, 'Cache-Control': 'private, no-cache', Vary: 'Accept, Accept-Encoding' };
}

function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  // Weak comparison (RFC 9110, 13.1.2): a proxy that compresses makes a tag weak.
  return header.split(',').some((part) => part.trim().replace(/^W\//, '') === tag);
}
