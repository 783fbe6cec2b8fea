import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Figures of one app for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: 'klinemill_http_requests_total',
    help: 'Requests answered',
    labelNames: ['route', 'method', 'status'],
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: 'klinemill_http_request_seconds',
    help: 'Time until an answer began',
    labelNames: ['route'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [this.registry],
  });
  readonly #cache = new Counter({
    name: 'klinemill_http_cache_total',
    help: 'Answers that the cache had (hit), had not (miss), or the caller had (not_modified)',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  readonly streams = new Gauge({
    name: 'klinemill_event_streams',
    help: 'Event streams that are open',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  request(route: string, method: string, status: number, seconds: number): void {
    this.#requests.inc({ route, method, status });
    this.#seconds.observe({ route }, seconds);
  }

  cache(outcome: 'hit' | 'miss' | 'not_modified'): void {
    this.#cache.inc({ outcome });
  }
}
