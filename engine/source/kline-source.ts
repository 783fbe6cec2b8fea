import type { ByteSource } from './file.js';
import type { KlineChunk } from './kline-chunk.js';
import type { KlineOptions } from './klines.js';

/** A source that is read somewhere else than on this thread. */
export interface KlineSource extends ByteSource {
  klines(options: KlineOptions): AsyncIterable<KlineChunk>;
}
