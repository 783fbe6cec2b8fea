import { type Bars, decideContested, RESULT_STATUS, type TradeResult } from '../kernels/index.js';
import { numbers, type PartitionKey, type StrategyRecord, type Warehouse } from '../warehouse/index.js';
import { durationOf, INTERVALS, intervalNumber } from './interval.js';
import { WALKED_RESULT_COLUMNS } from './result-batch.js';
import type { FactColumns } from './task.js';

/** Finer bars of one exit bar that cover it wholly. */
interface Cover {
  readonly interval: string;
  readonly bars: Bars;
  readonly from: number;
  readonly to: number;
}

type FieldName = (typeof WALKED_RESULT_COLUMNS)[number]['name'];
const FIELD = new Map<string, number>(WALKED_RESULT_COLUMNS.map(({ name }, i) => [name, i]));

/** Where finer bars are found: a warehouse, or who knows what it holds. */
export interface FinerBars {
  partitions(): Promise<readonly PartitionKey[]>;
  scanKlinesWithin: Warehouse['scanKlinesWithin'];
}

/** Of a warehouse whose partitions are known: to look them up takes as long as to compute thousands of bars. */
export function finerBars(warehouse: Warehouse, partitions: readonly PartitionKey[]): FinerBars {
  return {
    partitions: async () => partitions,
    scanKlinesWithin: (key, from, to) => warehouse.scanKlinesWithin(key, from, to),
  };
}

/**
 * Decides contested exits of one partition by the finest interval in the warehouse whose bars cover the whole exit bar
 * (SPEC 6).
 */
export class ContestedExits {
  readonly #durationMs: number;
  #finer: Promise<readonly string[]> | null = null;

  constructor(
    readonly warehouse: FinerBars,
    readonly partition: PartitionKey,
  ) {
    this.#durationMs = durationOf(partition.interval);
  }

  /** Finishes the contested rows of each strategy's results (columns `WALKED_RESULT_COLUMNS`) in place. */
  async decide(
    parts: readonly { readonly strategy: StrategyRecord; readonly results: FactColumns }[],
  ): Promise<void> {
    const contested = parts.map(({ strategy, results }) => ({
      strategy,
      results,
      rows: contestedRows(results),
    }));
    // Strategies often leave at the same bars: one look-up serves them all.
    const exits = new Set(
      contested.flatMap(({ results, rows }) => rows.map((r) => confirmedAt(results)[r]!)),
    );
    if (exits.size === 0) return;
    const covers = await this.#covers(Float64Array.from(exits).sort());
    for (const { strategy, results, rows } of contested) {
      const { fee_bps: feeBps, slippage_bps: slippageBps } = strategy.document.risk;
      for (const r of rows) {
        const cover = covers.get(confirmedAt(results)[r]!);
        if (cover === undefined) continue;
        const { bars, from, to, interval } = cover;
        const result = decideContested(
          readRow(results, r),
          { feeBps, slippageBps },
          bars,
          from,
          to,
          interval,
        );
        writeRow(results, r, result);
      }
    }
  }

  /** The finest cover of each exit bar, by its close_time (sorted, distinct). Bars without one are missing. */
  async #covers(closeTimes: Float64Array): Promise<Map<number, Cover>> {
    const covers = new Map<number, Cover>();
    this.#finer ??= this.#finerIntervals();
    for (const interval of await this.#finer) {
      const open = closeTimes.filter((time) => !covers.has(time));
      if (open.length === 0) break;
      const needed = this.#durationMs / durationOf(interval);
      const bars = await this.#barsWithin(interval, open);
      let from = 0;
      for (const end of open) {
        const begin = end - this.#durationMs;
        while (from < bars.closeTime.length && bars.closeTime[from]! <= begin) from++;
        let to = from;
        while (to < bars.closeTime.length && bars.closeTime[to]! <= end) to++;
        if (to - from === needed) covers.set(end, { interval, bars, from, to });
        from = to;
      }
    }
    return covers;
  }

  /** Finest first: loaded intervals of the symbol whose bars can fill a bar of the partition. */
  async #finerIntervals(): Promise<readonly string[]> {
    const loaded = new Set(
      (await this.warehouse.partitions())
        .filter(({ symbol }) => symbol === this.partition.symbol)
        .map(({ interval }) => interval),
    );
    return INTERVALS.filter(
      ({ interval, durationMs }) =>
        loaded.has(interval) && durationMs < this.#durationMs && this.#durationMs % durationMs === 0,
    ).map(({ interval }) => interval);
  }

  async #barsWithin(interval: string, closeTimes: Float64Array): Promise<Bars> {
    const names = ['close_time', 'open', 'high', 'low', 'close'] as const;
    const parts = names.map((): Float64Array[] => []);
    const from = closeTimes.map((time) => time - this.#durationMs + 1);
    const to = closeTimes.map((time) => time + 1);
    const key = { symbol: this.partition.symbol, interval };
    for await (const batch of this.warehouse.scanKlinesWithin(key, from, to))
      names.forEach((name, i) => {
        parts[i]!.push(numbers(batch, name));
      });
    const [closeTime, open, high, low, close] = parts.map(concat) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    return { closeTime, open, high, low, close };
  }
}

function confirmedAt(results: FactColumns): Float64Array {
  return results.arrays[FIELD.get('confirmed_at')!] as Float64Array;
}

function contestedRows(results: FactColumns): number[] {
  const flags = results.arrays[FIELD.get('is_contested')!]!;
  const rows: number[] = [];
  for (let r = 0; r < results.rows; r++) if (flags[r] === 1) rows.push(r);
  return rows;
}

function concat(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function readRow(results: FactColumns, row: number): TradeResult {
  const get = (name: FieldName): number => Number(results.arrays[FIELD.get(name)!]![row]);
  return {
    predictingAt: get('predicting_at'),
    action: get('action'),
    isStrong: get('is_strong') === 1,
    entryPrice: get('entry_price'),
    tpPrice: get('tp_price'),
    slPrice: get('sl_price'),
    lookaheadMs: get('lookahead_ms'),
    exitPrice: get('exit_price'),
    status: RESULT_STATUS[get('result_status')]!,
    confirmedAt: get('confirmed_at'),
    grossPct: get('gross_pct'),
    pnlPct: get('pnl_pct'),
    maxReturnPct: get('max_return_pct'),
    minReturnPct: get('min_return_pct'),
    isAmbiguous: get('is_ambiguous') === 1,
    hasGap: get('has_gap') === 1,
    isContested: true,
    decidedBy: null,
    maxBeforeExitPct: get('max_before_exit_pct'),
    minBeforeExitPct: get('min_before_exit_pct'),
  };
}

/** Writes back what finer bars can change. */
function writeRow(results: FactColumns, row: number, result: TradeResult): void {
  const put = (name: FieldName, value: number): void => {
    results.arrays[FIELD.get(name)!]![row] = value;
  };
  put('exit_price', result.exitPrice);
  put('result_status', RESULT_STATUS.indexOf(result.status));
  put('gross_pct', result.grossPct);
  put('pnl_pct', result.pnlPct);
  put('max_return_pct', result.maxReturnPct);
  put('min_return_pct', result.minReturnPct);
  put('is_ambiguous', result.isAmbiguous ? 1 : 0);
  put('decided_by', result.decidedBy === null ? 0 : intervalNumber(result.decidedBy));
}
