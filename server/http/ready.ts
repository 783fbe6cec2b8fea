import { LRUCache } from 'lru-cache';
import type { GenerationClock } from './generation-clock.js';
import type { Metrics } from './metrics.js';

/** What callers make up must not hold memory: requests that are remembered, and the longest of them. */
const MAX_REQUESTS = 4096;
const MAX_KEY_LENGTH = 2048;

/** An answer as it is kept. */
export interface KeptAnswer {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where an answer that was given from the cache came from. */
export interface Hit {
  readonly generation: string;
  readonly tag: string;
}

interface Ready extends Hit {
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Requests that the cache has answered before. One that comes again, letter by letter and over the same data, was routed
 * and validated then: it is answered with the same bytes and headers, before all that.
 */
export class ReadyAnswers {
  readonly #clock: GenerationClock;
  readonly #metrics: Metrics;
  readonly #cache: LRUCache<string, KeptAnswer>;
  readonly #ready = new LRUCache<string, Ready>({ max: MAX_REQUESTS });

  constructor(clock: GenerationClock, metrics: Metrics, cache: LRUCache<string, KeptAnswer>) {
    this.#clock = clock;
    this.#metrics = metrics;
    this.#cache = cache;
  }

  /** null: the app must look at it. */
  find(request: Request): Response | null {
    if (request.method !== 'GET' || request.headers.get('if-none-match') !== null) return null;
    const startedAt = performance.now();
    const ready = this.#ready.get(keyOf(request));
    if (ready === undefined || ready.generation !== this.#clock.believed()) return null;
    const kept = this.#cache.get(ready.tag);
    if (kept === undefined) return null;
    this.#metrics.cache('hit');
    this.#metrics.request(ready.route, 'GET', 200, (performance.now() - startedAt) / 1000);
    return new Response(kept.body, { headers: ready.headers });
  }

  /** Remembers a request that the cache has answered, and the headers as they went out. */
  remember(request: Request, { generation, tag }: Hit, route: string, { headers }: Response): void {
    const key = keyOf(request);
    if (request.method !== 'GET' || key.length > MAX_KEY_LENGTH) return;
    this.#ready.set(key, { generation, tag, route, headers: Object.fromEntries(headers) });
  }
}

/** All of a request that an answer depends on. */
function keyOf({ url, headers }: Request): string {
  return `${url}\n${headers.get('host')}\n${headers.get('accept')}\n${headers.get('accept-encoding')}`;
}
