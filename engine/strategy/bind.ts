import { CONDITIONS, difference, newColumn, newRows, type RunRows } from '../../kernels/index.js';
import type { CompiledMetric } from './compile.js';

/** Metrics on columns of one length. */
export interface BoundMetrics {
  /** One column a metric, row-aligned: TRUE, FALSE or UNKNOWN. Metrics that ask the same question have the same column. */
  readonly truth: readonly Uint8Array[];
  /** Evaluates rows of every metric; rows may come in any order and cutting, with the rows before them in the columns. */
  readonly run: RunRows;
}

/** Columns whose values, or whose difference `left - right`, are y of a metric (SPEC 4). */
export interface Operands {
  readonly left: string;
  readonly right: string | null;
}

/** A difference that metrics share, from as many rows before a block as the widest of them looks back on. */
interface Difference {
  readonly y: Float64Array;
  span: number;
}

export function operandsOf({ direction, indicator, reference }: CompiledMetric): Operands {
  if (CONDITIONS.get(direction)!.subject === 'from_close') return { left: 'CLOSE', right: indicator };
  return { left: indicator, right: reference };
}

/** Binds the metrics of a strategy. Each difference is taken once, each question is asked once, however many metrics have it. */
export function bindMetrics(
  metrics: readonly CompiledMetric[],
  column: (name: string) => Float64Array,
  streak: Int32Array,
): BoundMetrics {
  const differences = new Map<string, Difference>();
  const truths = new Map<string, Uint8Array>();
  const steps: RunRows[] = [];
  const differenceOf = (left: string, right: string): Difference => {
    const name = `${left}-${right}`;
    const found = differences.get(name);
    if (found !== undefined) return found;
    const made = { y: newColumn(streak.length), span: 0 };
    const subtract = difference(column(left), column(right), made.y);
    steps.push((start, end) => subtract(Math.max(0, start - made.span), end));
    differences.set(name, made);
    return made;
  };
  const truth = metrics.map((metric) => {
    const { direction, start, end, window } = metric;
    const { left, right } = operandsOf(metric);
    const question = [left, right, direction, start, end, window].join();
    const asked = truths.get(question);
    if (asked !== undefined) return asked;
    const condition = CONDITIONS.get(direction)!;
    const shared = right === null ? null : differenceOf(left, right);
    if (shared !== null) shared.span = Math.max(shared.span, condition.span(window));
    const out = newRows(Uint8Array, streak.length);
    steps.push(condition.bind(shared?.y ?? column(left), streak, metric, out));
    truths.set(question, out);
    return out;
  });
  return {
    truth,
    run: (start, end) => {
      for (const step of steps) step(start, end);
    },
  };
}
