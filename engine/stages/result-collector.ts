import { RESULT_STATUS, type TradeResult } from '../../kernels/index.js';
import type { FactColumns } from '../task.js';

/** Numbers of a result: `WALKED_RESULT_COLUMNS` (result-batch.ts), in the order of `add`. */
const WIDTH = 20;

/** Collects results row by row in one growing Float64Array; `take` cuts it into columns. */
export class ResultCollector {
  #cells = new Float64Array(64 * WIDTH);
  #rows = 0;

  add(result: TradeResult): void {
    if ((this.#rows + 1) * WIDTH > this.#cells.length) {
      const grown = new Float64Array(this.#cells.length * 2);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    const cells = this.#cells;
    let i = this.#rows++ * WIDTH;
    cells[i++] = result.predictingAt;
    cells[i++] = result.action;
    cells[i++] = result.isStrong ? 1 : 0;
    cells[i++] = result.entryPrice;
    cells[i++] = result.tpPrice;
    cells[i++] = result.slPrice;
    cells[i++] = result.lookaheadMs;
    cells[i++] = result.exitPrice;
    cells[i++] = RESULT_STATUS.indexOf(result.status);
    cells[i++] = result.confirmedAt;
    cells[i++] = result.grossPct;
    cells[i++] = result.pnlPct;
    cells[i++] = result.maxReturnPct;
    cells[i++] = result.minReturnPct;
    cells[i++] = result.isAmbiguous ? 1 : 0;
    cells[i++] = result.hasGap ? 1 : 0;
    cells[i++] = result.isContested ? 1 : 0;
    cells[i++] = 0;
    cells[i++] = result.maxBeforeExitPct;
    cells[i] = result.minBeforeExitPct;
  }

  /** The collected rows as Float64 columns; the collector is empty afterwards. */
  take(): FactColumns {
    const rows = this.#rows;
    const arrays = Array.from({ length: WIDTH }, (_, c) => {
      const column = new Float64Array(rows);
      for (let r = 0; r < rows; r++) column[r] = this.#cells[r * WIDTH + c]!;
      return column;
    });
    this.#rows = 0;
    return { rows, arrays };
  }
}
