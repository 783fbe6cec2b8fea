import { openStream, syntheticSources } from '../../engine/index.js';
import type { PartitionKey } from '../../warehouse/index.js';

/** A made-up market as CSV text that lies in memory: making it is not what is measured. */
export interface Market {
  readonly sources: readonly { readonly key: PartitionKey; open(): ReturnType<typeof openStream> }[];
  readonly bytes: number;
  /** A clock after every bar, epoch ms. */
  readonly now: number;
}

const HOUR = 3_600_000;
const FROM_TIME = Date.UTC(2000, 0, 1);
/** Bars an hour: two symbols in 1h, and half as many in 2h. */
const BARS_AN_HOUR = 3;

/** @param bars about so many: the market has outages */
export async function makeCsvMarket(bars: number): Promise<Market> {
  const hours = Math.ceil(bars / BARS_AN_HOUR);
  const sources: Market['sources'][number][] = [];
  let bytes = 0;
  for (const { source, key } of syntheticSources({ fromTime: FROM_TIME, hours })) {
    const pieces: Uint8Array[] = [];
    for await (const piece of source.bytes()) {
      pieces.push(piece);
      bytes += piece.length;
    }
    sources.push({
      key,
      open: () =>
        openStream(source.name, async function* () {
          yield* pieces;
        }),
    });
  }
  return { sources, bytes, now: FROM_TIME + (hours + 2) * HOUR };
}
