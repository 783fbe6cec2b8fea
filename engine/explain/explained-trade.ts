import { SCORE_TOLERANCE, type TradeRules } from '../../kernels/index.js';
import { type PartitionKey, STATUS_TEXT, values, type Warehouse } from '../../warehouse/index.js';
import { collect } from '../collect.js';
import { INTERVAL_NAMES } from '../interval.js';
import type { ExplainedBar, ExplainedTrade } from './explanation.js';

/** A tradable prediction. */
export interface Tradable extends PartitionKey {
  readonly strategyId: number;
  readonly predictingAt: number;
  readonly action: 'BUY' | 'SELL';
  readonly marketScore: number;
  readonly close: number;
}

type Result = Readonly<Record<string, number>>;

/** The trade of a tradable prediction, bar by bar: as stored, or as far as the bars go. */
export async function explainTrade(
  warehouse: Warehouse,
  tradable: Tradable,
  rules: TradeRules,
): Promise<ExplainedTrade> {
  const { predictingAt, action, marketScore } = tradable;
  const isStrong = marketScore >= rules.strongEdge - SCORE_TOLERANCE;
  const tier =
    action === 'BUY'
      ? isStrong
        ? rules.buyStrong
        : rules.buyWeak
      : isStrong
        ? rules.sellStrong
        : rules.sellWeak;
  const windowEnd = predictingAt + tier.lookaheadMs;
  const result = await storedResult(warehouse, tradable);
  const until = result?.confirmed_at ?? windowEnd;
  const window = await collect(warehouse.scanKlines(tradable, { from: predictingAt + 1, to: until + 1 }));
  const firstOpen = window.rows === 0 ? null : window.column('open')[0]!;
  const entry = result?.entry_price ?? (rules.entryAtClose ? tradable.close : firstOpen);
  const sign = action === 'BUY' ? 1 : -1;
  const tpPrice = result?.tp_price ?? (entry === null ? null : entry * (1 + (sign * tier.tpPct) / 100));
  const slPrice = result?.sl_price ?? (entry === null ? null : entry * (1 - (sign * tier.slPct) / 100));
  const last = (await warehouse.partitions()).find(
    ({ symbol, interval }) => symbol === tradable.symbol && interval === tradable.interval,
  )!.lastCloseTime;
  const names = ['close_time', 'open', 'high', 'low', 'close'] as const;
  const columns = names.map((name) => window.column(name));
  const bars = Array.from(columns[0]!, (closeTime, row): ExplainedBar => {
    const [open, high, low, close] = columns.slice(1).map((column) => column[row]!) as [
      number,
      number,
      number,
      number,
    ];
    const bar = { close_time: closeTime, open, high, low, close };
    return { ...bar, event: eventOf(bar, action, tpPrice!, slPrice!) };
  });
  return {
    status:
      result === null ? (last >= windowEnd ? 'UNFILLED' : 'PENDING') : STATUS_TEXT[result.result_status!]!,
    is_strong: isStrong,
    tp_pct: tier.tpPct,
    sl_pct: tier.slPct,
    lookahead_ms: tier.lookaheadMs,
    window_end: windowEnd,
    entry_price: entry,
    tp_price: tpPrice,
    sl_price: slPrice,
    exit_price: result?.exit_price ?? null,
    confirmed_at: result?.confirmed_at ?? null,
    gross_pct: result?.gross_pct ?? null,
    cost_pct: (2 * (rules.feeBps + rules.slippageBps)) / 100,
    pnl_pct: result?.pnl_pct ?? null,
    max_return_pct: result?.max_return_pct ?? null,
    min_return_pct: result?.min_return_pct ?? null,
    is_ambiguous: result?.is_ambiguous === 1,
    has_gap: result?.has_gap === 1,
    decided_by: INTERVAL_NAMES[(result?.decided_by ?? 0) - 1] ?? null,
    bars,
  };
}

async function storedResult(
  warehouse: Warehouse,
  { strategyId, predictingAt, ...key }: Tradable,
): Promise<Result | null> {
  const range = { from: predictingAt, to: predictingAt + 1 };
  for await (const batch of warehouse.scanResults(strategyId, key, range)) {
    const names = batch.schema.fields.map(({ name }) => name);
    return Object.fromEntries(names.map((name) => [name, Number(values(batch, name)[0])]));
  }
  return null;
}

/** What a bar does to the trade, in the order of SPEC 6: the open first, then the stop, then the target. */
function eventOf(
  { open, high, low }: Omit<ExplainedBar, 'event'>,
  action: 'BUY' | 'SELL',
  tpPrice: number,
  slPrice: number,
): string {
  const isBuy = action === 'BUY';
  if (isBuy ? open <= slPrice : open >= slPrice) return 'opens beyond the stop';
  if (isBuy ? open >= tpPrice : open <= tpPrice) return 'opens beyond the target';
  const stops = isBuy ? low <= slPrice : high >= slPrice;
  const wins = isBuy ? high >= tpPrice : low <= tpPrice;
  if (stops && wins) return 'reaches stop and target';
  if (stops) return 'reaches the stop';
  return wins ? 'reaches the target' : '';
}
