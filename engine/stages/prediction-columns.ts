import type { PredictionColumns } from '../../kernels/index.js';
import type { ChunkMemory } from '../chunk-memory.js';
import type { FactColumns } from '../task.js';

/** Collects the predictions of a chunk, leaving out bars where no metric is known (SPEC 5). */
export class PredictionCollector {
  readonly #predictingAt: Float64Array;
  readonly #close: Float64Array;
  readonly #out: PredictionColumns;
  readonly #masks: readonly [BigInt64Array, BigInt64Array];
  #rows = 0;

  /** @param capacity rows of the chunk: at most so many predictions */
  constructor(capacity: number, memory: ChunkMemory) {
    this.#predictingAt = memory.float64(capacity);
    this.#close = memory.float64(capacity);
    this.#masks = [memory.bigInt64(capacity), memory.bigInt64(capacity)];
    this.#out = {
      knownMask: wordsOf(this.#masks[0]),
      firedMask: wordsOf(this.#masks[1]),
      buyScore: memory.float64(capacity),
      sellScore: memory.float64(capacity),
      action: memory.int8(capacity),
      reason: memory.int16(capacity),
      isConflict: memory.uint8(capacity),
      metricTrend: memory.float64(capacity),
      metricMomentum: memory.float64(capacity),
      metricVolatility: memory.float64(capacity),
      metricVolume: memory.float64(capacity),
    };
  }

  /** Takes rows `[start, end)` of scoring's columns. */
  add(
    from: PredictionColumns,
    closeTime: Float64Array,
    close: Float64Array,
    start: number,
    end: number,
  ): void {
    for (let t = start; t < end; ) {
      if ((from.knownMask[2 * t]! | from.knownMask[2 * t + 1]!) === 0) {
        t++;
        continue;
      }
      // Copy whole runs of rows: nearly always one run a block.
      let stop = t + 1;
      while (stop < end && (from.knownMask[2 * stop]! | from.knownMask[2 * stop + 1]!) !== 0) stop++;
      this.#copy(from, closeTime, close, t, stop);
      t = stop;
    }
  }

  /** Columns in the order of `PREDICTION_COLUMNS`; the collector must not be used afterwards. */
  take(): FactColumns {
    const o = this.#out;
    const arrays = [
      this.#predictingAt,
      this.#masks[0],
      this.#masks[1],
      this.#close,
      o.buyScore,
      o.sellScore,
      o.action,
      o.reason,
      o.isConflict,
      o.metricTrend,
      o.metricMomentum,
      o.metricVolatility,
      o.metricVolume,
    ];
    return { rows: this.#rows, arrays };
  }

  #copy(
    from: PredictionColumns,
    closeTime: Float64Array,
    close: Float64Array,
    t: number,
    stop: number,
  ): void {
    const at = this.#rows;
    const o = this.#out;
    this.#predictingAt.set(closeTime.subarray(t, stop), at);
    this.#close.set(close.subarray(t, stop), at);
    o.knownMask.set(from.knownMask.subarray(2 * t, 2 * stop), 2 * at);
    o.firedMask.set(from.firedMask.subarray(2 * t, 2 * stop), 2 * at);
    o.buyScore.set(from.buyScore.subarray(t, stop), at);
    o.sellScore.set(from.sellScore.subarray(t, stop), at);
    o.action.set(from.action.subarray(t, stop), at);
    o.reason.set(from.reason.subarray(t, stop), at);
    o.isConflict.set(from.isConflict.subarray(t, stop), at);
    o.metricTrend.set(from.metricTrend.subarray(t, stop), at);
    o.metricMomentum.set(from.metricMomentum.subarray(t, stop), at);
    o.metricVolatility.set(from.metricVolatility.subarray(t, stop), at);
    o.metricVolume.set(from.metricVolume.subarray(t, stop), at);
    this.#rows += stop - t;
  }
}

/** The low and the high word of every mask. */
function wordsOf({ buffer, byteOffset, length }: BigInt64Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, 2 * length);
}
