import { RESULT_STATUS, type TradeResult } from '../../kernels/index.js';
import type { ChunkMemory } from '../chunk-memory.js';
import type { FactColumns } from '../task.js';

/** Numbers of a result: `WALKED_RESULT_COLUMNS` (result-batch.ts), in the order of `add`. */
const WIDTH = 20;

/** Collects results row by row in growing columns; `take` copies them out. */
export class ResultCollector {
  #columns = Array.from({ length: WIDTH }, () => new Float64Array(256));
  #rows = 0;

  add(result: Readonly<TradeResult>): void {
    if (this.#rows === this.#columns[0]!.length)
      this.#columns = this.#columns.map((column) => {
        const grown = new Float64Array(column.length * 2);
        grown.set(column);
        return grown;
      });
    const c = this.#columns;
    const r = this.#rows++;
    c[0]![r] = result.predictingAt;
    c[1]![r] = result.action;
    c[2]![r] = result.isStrong ? 1 : 0;
    c[3]![r] = result.entryPrice;
    c[4]![r] = result.tpPrice;
    c[5]![r] = result.slPrice;
    c[6]![r] = result.lookaheadMs;
    c[7]![r] = result.exitPrice;
    c[8]![r] = RESULT_STATUS.indexOf(result.status);
    c[9]![r] = result.confirmedAt;
    c[10]![r] = result.grossPct;
    c[11]![r] = result.pnlPct;
    c[12]![r] = result.maxReturnPct;
    c[13]![r] = result.minReturnPct;
    c[14]![r] = result.isAmbiguous ? 1 : 0;
    c[15]![r] = result.hasGap ? 1 : 0;
    c[16]![r] = result.isContested ? 1 : 0;
    c[17]![r] = 0;
    c[18]![r] = result.maxBeforeExitPct;
    c[19]![r] = result.minBeforeExitPct;
  }

  /** The collected rows as Float64 columns; the collector is empty afterwards. */
  take(memory: ChunkMemory): FactColumns {
    const rows = this.#rows;
    this.#rows = 0;
    return { rows, arrays: this.#columns.map((column) => memory.copy(column.subarray(0, rows))) };
  }
}
