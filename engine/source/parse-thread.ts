import { Worker } from 'node:worker_threads';
import { builtFile } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import { openFile } from './file.js';
import type { KlineChunk } from './kline-chunk.js';
import type { KlineSource } from './kline-source.js';
import type { KlineOptions } from './klines.js';
import { createSlot, type ParseNews, type ParseOrder, SLOTS, slotArrays } from './parse-messages.js';
import { UNPACK_LIMITS, type UnpackLimits } from './unpack-limits.js';

/**
 * A thread that reads, unpacks, hashes and parses files while this one writes what came before: the driver writes on the
 * thread that calls it. Its files are read one after another.
 */
export class ParseThread {
  readonly #slots = Array.from({ length: SLOTS }, createSlot);
  readonly #arrays = this.#slots.map(slotArrays);
  #worker: Worker | null = null;
  #news: (ParseNews | Error)[] = [];
  #onNews: () => void = () => {};
  #onTexts: (texts: readonly string[] | Error) => void = () => {};

  /** The file at `path`, to be read on the thread. */
  open(path: string, limits: UnpackLimits = UNPACK_LIMITS): KlineSource {
    const file = openFile(path, limits);
    let sha256: string | null = null;
    const found = (digest: string | null): void => {
      sha256 = digest;
    };
    return {
      name: file.name,
      path,
      isRepeatable: file.isRepeatable,
      bytes: () => file.bytes(),
      sha256: async () => sha256 ?? (await file.sha256()),
      klines: (options) => this.#read(path, limits, options, found),
    };
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#news = [];
    await worker?.terminate();
  }

  async *#read(
    path: string,
    limits: UnpackLimits,
    options: KlineOptions,
    found: (sha256: string | null) => void,
  ): AsyncGenerator<KlineChunk> {
    let hasEnded = false;
    this.#worker?.ref();
    this.#tell({ type: 'read', path, limits, options, slots: this.#slots });
    try {
      while (!hasEnded) {
        const news = await this.#next();
        hasEnded = news.type === 'end' || news.type === 'error';
        if (news.type === 'error')
          throw news.name === 'UserError'
            ? new UserError(news.message)
            : Object.assign(new Error(news.message), { code: news.code });
        if (news.type === 'end') found(news.sha256);
        if (news.type !== 'chunk') continue;
        const { slot, rows, rejects } = news;
        yield { ...this.#arrays[slot]!, rows, rejects, texts: (wanted) => this.#texts(slot, wanted) };
        this.#tell({ type: 'free', slot });
      }
    } finally {
      // Whoever stops early leaves the thread in the middle of a file.
      if (!hasEnded) await this.close();
      // Between files it keeps no process alive.
      this.#worker?.unref();
    }
  }

  #texts(slot: number, rows: readonly number[]): Promise<readonly string[]> {
    if (rows.length === 0) return Promise.resolve([]);
    return new Promise((done, failed) => {
      this.#onTexts = (found) => (found instanceof Error ? failed(found) : done(found));
      this.#tell({ type: 'texts', slot, rows });
    });
  }

  async #next(): Promise<ParseNews> {
    while (this.#news.length === 0)
      await new Promise<void>((done) => {
        this.#onNews = done;
      });
    const news = this.#news.shift()!;
    if (news instanceof Error) throw news;
    return news;
  }

  #tell(order: ParseOrder): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(order);
  }

  #start(): Worker {
    const worker = new Worker(builtFile('engine/source/parse-worker.js'));
    const put = (news: ParseNews | Error): void => {
      if (this.#worker !== worker) return;
      this.#news.push(news);
      this.#onNews();
      if (news instanceof Error) this.#onTexts(news);
    };
    worker.on('message', (news: ParseNews) => {
      if (news.type === 'texts') this.#onTexts(news.texts);
      else put(news);
    });
    worker.on('error', put);
    worker.on('exit', (code) => put(new Error(`load: the parsing thread ended with code ${code}`)));
    return worker;
  }
}
