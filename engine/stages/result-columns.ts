import { RESULT_STATUS, type TradeResult } from '../../kernels/index.js';
import { RESULT_COLUMNS } from '../../warehouse/index.js';
import type { FactColumns } from '../task.js';

/**
 * Results as they travel from a worker: `RESULT_COLUMNS`, then the two extremes before the exit, which the engine needs
 * to finish a contested exit with finer bars and which are not stored.
 */
export const WALKED_RESULT_COLUMNS = [
  ...RESULT_COLUMNS,
  { name: 'max_before_exit_pct', kind: 'number' },
  { name: 'min_before_exit_pct', kind: 'number' },
] as const;

const WIDTH = WALKED_RESULT_COLUMNS.length;

/** Collects results row by row in one growing Float64Array; `take` cuts it into columns of their own kinds. */
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

  /** The collected rows as columns over one buffer each kind of element allows; the collector is empty afterwards. */
  take(): FactColumns {
    const rows = this.#rows;
    const arrays = WALKED_RESULT_COLUMNS.map(({ kind }, c) => {
      const column =
        kind === 'flag'
          ? new Uint8Array(rows)
          : kind === 'tiny'
            ? new Int8Array(rows)
            : new Float64Array(rows);
      for (let r = 0; r < rows; r++) column[r] = this.#cells[r * WIDTH + c]!;
      return column;
    });
    this.#rows = 0;
    return { rows, arrays };
  }
}
