import { createHash } from 'node:crypto';
import type { MiningParameters } from '../../warehouse/index.js';
import type { MinedTrades } from './trades.js';

/** Rises when the same trades and parameters may give other patterns. */
export const MINING_VERSION = 1;

/** SHA-256 over the version, the parameters and the trades that were mined, hex. */
export function contentHash(parameters: MiningParameters, trades: MinedTrades): string {
  const { strategies, symbol, interval, side, from, to, minSupport, maxLength, minConfidence } = parameters;
  const question = [strategies, symbol, interval, side, from, to, minSupport, maxLength, minConfidence];
  const { transactions, itemNames, constantItems, labels, pnl, groups, predictingAt, confirmedAt } = trades;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([MINING_VERSION, question, itemNames, constantItems]));
  for (const array of [
    predictingAt,
    confirmedAt,
    pnl,
    groups,
    labels,
    transactions.offsets,
    transactions.items,
  ])
    hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex');
}
