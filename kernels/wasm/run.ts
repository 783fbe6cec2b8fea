import type { Kernel, Params } from '../kernel.js';
import { addressOf, isInPlace, keptColumn } from './columns.js';
import { PIECE, Staged } from './staging.js';

/** Where the columns and the state of a call stand in the module's memory: addresses of their row (value) 0. */
export interface Addresses {
  state: number;
  readonly inputs: number[];
  readonly outputs: number[];
}

/** Calls the function of the module that computes `rows` rows. */
export type WasmCall = (at: Addresses, rows: number, params: Params) => void;

const at: Addresses = { state: 0, inputs: [], outputs: [] };
/** For a state that stands elsewhere, made when it is first needed. */
let stateStandIn: Float64Array | null = null;

/**
 * `Kernel.run` by a function of the WebAssembly module: in place where the columns and the state stand in its memory (`newColumn`), over
 * copies where they do not, which costs about a quarter of a nanosecond a row and column.
 */
export function runWasm(
  kernel: Pick<Kernel, 'history'>,
  call: WasmCall,
  inputs: readonly Float64Array[],
  params: Params,
  state: Float64Array,
  outputs: readonly Float64Array[],
  start: number,
  end: number,
): void {
  if (start >= end) return;
  const ownState = addressOf(state) === 0 ? standInState(state) : state;
  at.state = addressOf(ownState);
  if (isInPlace(inputs) && isInPlace(outputs)) {
    for (let i = 0; i < inputs.length; i++) at.inputs[i] = inputs[i].byteOffset + start * 8;
    for (let o = 0; o < outputs.length; o++) at.outputs[o] = outputs[o].byteOffset + start * 8;
    call(at, end - start, params);
  } else {
    const history = kernel.history(params);
    for (let from = start; from < end; from += PIECE)
      runPiece(history, call, inputs, params, outputs, from, Math.min(end, from + PIECE));
  }
  if (ownState !== state) state.set(ownState.subarray(0, state.length));
}

function runPiece(
  history: number,
  call: WasmCall,
  inputs: readonly Float64Array[],
  params: Params,
  outputs: readonly Float64Array[],
  from: number,
  to: number,
): void {
  const before = Math.min(history, from);
  const staged = outputs.map((output, o) => new Staged(inputs.length + o, output));
  for (let i = 0; i < inputs.length; i++) at.inputs[i] = new Staged(i, inputs[i]).read(from, to, before);
  for (let o = 0; o < outputs.length; o++) at.outputs[o] = staged[o].write(from, to);
  call(at, to - from, params);
  for (const output of staged) output.written(from, to);
}

function standInState(state: Float64Array): Float64Array {
  if (stateStandIn === null || stateStandIn.length < state.length)
    stateStandIn = keptColumn(Math.max(16, state.length));
  stateStandIn.set(state);
  return stateStandIn;
}
