import { Pipeline } from './pipeline.js';
import type { ChunkInput, ChunkOutput, FactColumns } from './task.js';

/** Runs one chunk: the whole of a pool task. `buffers` are those that a thread moves back. */
export function computeChunk(input: ChunkInput): { output: ChunkOutput; buffers: ArrayBuffer[] } {
  const pipeline = new Pipeline(input.job, input.carry);
  const facts = pipeline.push(input.klines, input.rows, input.wantFacts);
  const output: ChunkOutput = { ...facts, carry: pipeline.save() };
  return { output, buffers: buffersOf(output) };
}

function buffersOf(output: ChunkOutput): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const add = (columns: FactColumns | null): void => {
    for (const array of columns?.arrays ?? []) buffers.add(array.buffer as ArrayBuffer);
  };
  add(output.indicators);
  for (const facts of output.strategies) {
    add(facts.predictions);
    add(facts.results);
  }
  for (const block of output.blocks)
    for (const array of [block.kernelState, ...block.trades]) buffers.add(array.buffer as ArrayBuffer);
  const { carry } = output;
  for (const array of [carry.kernelState, carry.history, ...carry.trades])
    buffers.add(array.buffer as ArrayBuffer);
  return [...buffers];
}
