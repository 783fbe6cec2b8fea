import type { RecordBatch } from 'apache-arrow';
import { z } from 'zod';
import {
  FILTER_REASON,
  numbers,
  type OutboxPosition,
  PREDICTION_COLUMNS,
  REASON_TEXT,
  resolveMaxScore,
  type StrategyRecord,
  values,
} from '../../warehouse/index.js';
import { MESSAGE_VERSION, messageKey } from './topics.js';

/** The JSON of a message of `market.prediction.v1`: a row of fact_prediction (SPEC 11) and which one of it this is. */
export const PREDICTION_MESSAGE = z.strictObject({
  v: z.literal(MESSAGE_VERSION).describe('version of this form'),
  prediction_id: z.string().describe('strategy@version:symbol:interval:predicting_at'),
  revision: z
    .int()
    .describe(
      'rises when the bar is computed again; of messages with one id the highest counts, equal ones are copies',
    ),
  strategy: z.string(),
  version: z.int(),
  symbol: z.string(),
  interval: z.string(),
  predicting_at: z.int().describe('close_time of the bar, epoch ms'),
  close: z.number(),
  buy_score: z.number(),
  sell_score: z.number(),
  market_score: z.number(),
  max_score: z.number(),
  confidence_score: z.number(),
  action: z.enum(['BUY', 'SELL', 'SIDEWAY']),
  is_tradable: z.union([z.literal(0), z.literal(1)]),
  no_trade_reason: z.string().nullable(),
  is_conflict: z.union([z.literal(0), z.literal(1)]),
  metric_trend: z.number(),
  metric_momentum: z.number(),
  metric_volatility: z.number(),
  metric_volume: z.number(),
  metrics_fired: z.array(z.string()),
  metrics_unknown: z.array(z.string()),
});
export type PredictionMessage = z.infer<typeof PREDICTION_MESSAGE>;

/** Messages of the rows of a batch with the columns `PREDICTION_COLUMNS`. */
export function predictionMessages(
  batch: RecordBatch,
  record: StrategyRecord,
  position: OutboxPosition,
): { readonly key: string; readonly value: string }[] {
  const columns = Object.fromEntries(PREDICTION_COLUMNS.map(({ name }) => [name, numbers(batch, name)]));
  const known = values(batch, 'known_mask') as BigInt64Array;
  const fired = values(batch, 'fired_mask') as BigInt64Array;
  const { document, version } = record;
  const { strategy } = document;
  const { symbol, interval, revision } = position;
  const key = messageKey(position);
  const maxScore = resolveMaxScore(document);
  const metrics = document.metrics
    .map(({ code, active }, at) => ({ code, active, bit: 1n << BigInt(at) }))
    .filter(({ active }) => active);
  // Few masks come again and again.
  const lists = new Map<bigint, string[]>();
  const codesOf = (mask: bigint): string[] => {
    let codes = lists.get(mask);
    if (codes === undefined) {
      codes = metrics.filter(({ bit }) => (mask & bit) !== 0n).map(({ code }) => code);
      lists.set(mask, codes);
    }
    return codes;
  };
  const reasonText = (code: number): string | null =>
    code >= FILTER_REASON ? `FILTER:${document.metrics[code - FILTER_REASON]!.code}` : REASON_TEXT[code]!;

  return Array.from({ length: batch.numRows }, (_, r) => {
    const at = (name: string): number => columns[name]![r]!;
    const predictingAt = at('predicting_at');
    const buyScore = at('buy_score');
    const sellScore = at('sell_score');
    const action = at('action');
    const reason = at('reason');
    const message: PredictionMessage = {
      v: MESSAGE_VERSION,
      prediction_id: `${strategy}@${version}:${symbol}:${interval}:${predictingAt}`,
      revision,
      strategy,
      version,
      symbol,
      interval,
      predicting_at: predictingAt,
      close: at('close'),
      buy_score: buyScore,
      sell_score: sellScore,
      market_score: Math.abs(buyScore - sellScore),
      max_score: maxScore,
      confidence_score: Math.max(buyScore, sellScore) / maxScore,
      action: action === 1 ? 'BUY' : action === -1 ? 'SELL' : 'SIDEWAY',
      is_tradable: reason === 0 ? 1 : 0,
      no_trade_reason: reasonText(reason),
      is_conflict: at('is_conflict') === 1 ? 1 : 0,
      metric_trend: at('metric_trend'),
      metric_momentum: at('metric_momentum'),
      metric_volatility: at('metric_volatility'),
      metric_volume: at('metric_volume'),
      metrics_fired: codesOf(fired[r]!),
      metrics_unknown: codesOf(~known[r]!),
    };
    return { key, value: JSON.stringify(message) };
  });
}
