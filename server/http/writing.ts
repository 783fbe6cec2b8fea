import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { RefusedError } from '../deps.js';
import { ProblemError } from './problem-error.js';
import type { Services } from './services.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Lets a request through that carries the token. Digests are compared: they have one length, whatever was sent. */
export function writer(services: Services): MiddlewareHandler {
  const { token } = services.deps;
  const expected = token === null ? null : digest(token);
  return async (c, next) => {
    if (expected === null)
      throw new ProblemError('writes-off', 'writes are off: start the server with a token to write');
    const given = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), expected))
      throw new ProblemError('unauthorized', 'a valid bearer token is needed');
    await next();
  };
}

/** Runs what writes; the next reader looks at the ledger again. */
export async function afterWrite<T>({ clock }: Services, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RefusedError) throw new ProblemError('unprocessable', error.message);
    throw error;
  } finally {
    await clock.fresh();
  }
}
