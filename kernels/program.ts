import { type CatalogRow, KLINE_INPUTS } from './catalog-row.js';
import type { Kernel, Params } from './kernel.js';
import { prime } from './prime.js';

/** One kernel run inside a program: columns by index, its part of the state by offset. */
export interface ProgramStep {
  readonly row: CatalogRow;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly stateOffset: number;
  readonly stateSize: number;
}

/**
 * Catalog rows in dependency order over one numbering of columns: first the eight kline inputs in the order of
 * `KLINE_INPUTS`, then one column for every output of every step.
 */
export interface Program {
  readonly columnNames: readonly string[];
  readonly columnIndex: ReadonlyMap<string, number>;
  readonly codes: readonly string[];
  readonly steps: readonly ProgramStep[];
  readonly stateSize: number;
  /** Rows before a chunk that the columns must hold for the kernels of the program. */
  readonly history: number;
  /** Rows from the partition's start without a value, by code. */
  readonly lookback: ReadonlyMap<string, number>;
}

/**
 * Orders `rows` so that every input stands before its reader.
 *
 * @throws Error when an input is neither a kline column nor a code of `rows`, or when codes depend on each other
 */
export function compileProgram(rows: readonly CatalogRow[]): Program {
  const producer = new Map<string, CatalogRow>();
  for (const row of rows)
    for (const spec of row.codes) {
      if (spec === null) continue;
      if (producer.has(spec.code)) throw new Error(`catalog: code '${spec.code}' stands twice`);
      producer.set(spec.code, row);
    }

  const columnNames: string[] = [...KLINE_INPUTS];
  const columnIndex = new Map<string, number>(columnNames.map((name, i) => [name, i]));
  const lookback = new Map<string, number>(columnNames.map((name) => [name, 0]));
  const codes: string[] = [];
  const steps: ProgramStep[] = [];
  const done = new Set<CatalogRow>();
  let stateSize = 0;
  let history = 0;

  const visit = (row: CatalogRow, path: readonly CatalogRow[]): void => {
    if (done.has(row)) return;
    if (path.includes(row)) throw new Error(`catalog: kernel '${row.kernel.name}' depends on itself`);
    let warmUp = 0;
    for (const input of row.inputs) {
      const source = producer.get(input);
      if (source !== undefined) visit(source, [...path, row]);
      else if (!columnIndex.has(input))
        throw new Error(
          `catalog: kernel '${row.kernel.name}' reads '${input}', which is no kline column and no code`,
        );
      warmUp = Math.max(warmUp, lookback.get(input)!);
    }
    const outputs = row.codes.map((spec, output) => {
      const index = columnNames.length;
      columnNames.push(spec?.code ?? `${row.kernel.name}#${index}`);
      if (spec !== null) {
        codes.push(spec.code);
        columnIndex.set(spec.code, index);
        lookback.set(spec.code, warmUp + row.kernel.lookback(row.params, output));
      }
      return index;
    });
    const size = row.kernel.stateSize(row.params);
    steps.push({
      row,
      inputs: row.inputs.map((input) => columnIndex.get(input)!),
      outputs,
      stateOffset: stateSize,
      stateSize: size,
    });
    stateSize += size;
    history = Math.max(history, row.kernel.history(row.params));
    done.add(row);
  };
  for (const row of rows) visit(row, []);
  return { columnNames, columnIndex, codes, steps, stateSize, history, lookback };
}

/** Steps bound to their buffers, so that running a chunk allocates nothing: one, or several of one kernel over the same inputs. */
export interface BoundStep {
  readonly kernel: Kernel;
  readonly inputs: readonly Float64Array[];
  readonly params: readonly Params[];
  readonly states: readonly Float64Array[];
  readonly outputs: readonly (readonly Float64Array[])[];
}

/**
 * Binds every step of `program` to `columns` (one per column index, equal lengths) and to its view of `state`. Kernels that this
 * thread has not run yet are primed.
 */
export function bindProgram(
  program: Program,
  columns: readonly Float64Array[],
  state: Float64Array,
): BoundStep[] {
  for (const { row } of program.steps) prime(row.kernel, row.params);
  return together(program.steps).map((steps) => ({
    kernel: steps[0]!.row.kernel,
    inputs: steps[0]!.inputs.map((i) => columns[i]!),
    params: steps.map(({ row }) => row.params),
    states: steps.map(({ stateOffset, stateSize }) => state.subarray(stateOffset, stateOffset + stateSize)),
    outputs: steps.map(({ outputs }) => outputs.map((i) => columns[i]!)),
  }));
}

/** Neighbours of one kernel over the same inputs, where the kernel can run them together. */
function together(steps: readonly ProgramStep[]): ProgramStep[][] {
  const groups: ProgramStep[][] = [];
  for (const step of steps) {
    const group = groups.at(-1);
    const isSame =
      group !== undefined &&
      step.row.kernel.runTogether !== undefined &&
      group[0]!.row.kernel === step.row.kernel &&
      group[0]!.inputs.join() === step.inputs.join();
    if (isSame) group.push(step);
    else groups.push([step]);
  }
  return groups;
}

/** Runs rows `[start, end)` of every step, in order. */
export function runProgram(steps: readonly BoundStep[], start: number, end: number): void {
  for (const { kernel, inputs, params, states, outputs } of steps)
    if (params.length > 1) kernel.runTogether!(inputs, params, states, outputs, start, end);
    else kernel.run(inputs, params[0]!, states[0]!, outputs[0]!, start, end);
}
