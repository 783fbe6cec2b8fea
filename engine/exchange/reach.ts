import { baseUrl } from './base-url.js';
import { DumpCache } from './dump-cache.js';
import { HttpClient, type HttpSettings } from './http.js';
import { dumpOf, instrumentOf } from './market.js';
import { RequestError } from './request-error.js';

/**
 * Whether dumps can be had: asks for the published hash of BTCUSDT's month at `time`, once.
 *
 * @param time epoch ms in a month whose dump exists
 * @returns null: yes; else which host failed and why, for people, after `limitMs` at the latest
 * @throws UserError when `dumpUrl` is none
 */
export async function whyUnreachable(dumpUrl: string, time: number, limitMs: number): Promise<string | null> {
  const settings: HttpSettings = { parallel: 1, tries: 1, retryWaitMs: 0, silenceMs: limitMs };
  const limit = AbortSignal.timeout(limitMs);
  const cache = new DumpCache(new HttpClient(settings, limit), '', baseUrl('--dump-url', dumpUrl), false);
  try {
    await cache.publishedHash(dumpOf(instrumentOf('spot', 'BTCUSDT'), '1h', 'monthly', time));
    return null;
  } catch (error) {
    const { host } = new URL(dumpUrl);
    if (limit.aborted) return `${host}: no answer in ${limitMs / 1000} s`;
    if (!(error instanceof RequestError)) throw error;
    return error.message.startsWith(host) ? error.message : `${host}: ${error.message}`;
  }
}
