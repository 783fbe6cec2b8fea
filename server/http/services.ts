import { LRUCache } from 'lru-cache';
import { SampleShelf } from '../../warehouse/index.js';
import { DEFAULT_LIMITS, type Limits, type ServerDeps } from '../deps.js';
import { JobBook } from '../live/job-book.js';
import { RowStore } from './computed-rows.js';
import { GenerationClock } from './generation-clock.js';
import { Metrics } from './metrics.js';
import { type KeptAnswer, ReadyAnswers } from './ready.js';
import { Semaphore } from './semaphore.js';

/** What handlers share. */
export class Services {
  readonly deps: ServerDeps;
  readonly limits: Limits;
  readonly clock: GenerationClock;
  readonly rows: RowStore;
  readonly samples: SampleShelf;
  readonly metrics = new Metrics();
  /** Whose handler has not answered yet: without a bound, but the end waits for them. */
  readonly requests = new Semaphore(Number.POSITIVE_INFINITY, 0);
  readonly computing: Semaphore;
  readonly downloads: Semaphore;
  readonly streams: Semaphore;
  readonly jobs: JobBook;
  /** By ETag, which names data, request, format and encoding. */
  readonly cache: LRUCache<string, KeptAnswer>;
  readonly ready: ReadyAnswers;

  constructor(deps: ServerDeps) {
    this.deps = deps;
    this.limits = { ...DEFAULT_LIMITS, ...deps.limits };
    const { running, waiting, downloads, streams, cacheBytes, generationMs } = this.limits;
    this.clock = new GenerationClock(deps.warehouse, generationMs);
    this.rows = new RowStore(this.clock);
    this.samples = new SampleShelf(deps.warehouse);
    this.computing = new Semaphore(running, waiting);
    this.downloads = new Semaphore(downloads, 0);
    this.streams = new Semaphore(streams, 0);
    this.jobs = new JobBook(deps.engine, deps.log);
    this.cache = new LRUCache({
      maxSize: cacheBytes,
      // A single answer must not push everything else out.
      maxEntrySize: Math.ceil(cacheBytes / 16),
      sizeCalculation: ({ body }) => body.byteLength + 512,
    });
    this.ready = new ReadyAnswers(this.clock, this.metrics, this.cache);
  }
}
