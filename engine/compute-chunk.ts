import { ChunkMemory } from './chunk-memory.js';
import { Pipeline } from './pipeline.js';
import type { Carry, ChunkResult, ChunkTask, PartitionJob } from './task.js';

/** Pipelines that a thread keeps: as many as partitions are usually under way at once. */
const KEPT_PIPELINES = 4;

/** By job: a thread meets few jobs, chunk after chunk, and a pipeline's columns, tables and code are dear to make. */
const pipelines = new Map<string, Pipeline>();

/** Runs one chunk: the whole of a pool task. */
export function computeChunk(task: ChunkTask): ChunkResult {
  const memory = new ChunkMemory(task.memory);
  const pipeline = pipelineOf(task.job, task.carry);
  const facts = pipeline.push(task.klines, task.rows, task.wantFacts, memory);
  return { ...facts, carry: pipeline.save(), usedBytes: memory.usedBytes };
}

function pipelineOf(job: PartitionJob, carry: Carry | null): Pipeline {
  // A pipeline depends on everything of its job but the symbol.
  const key = JSON.stringify([job.interval, job.codes, job.strategies]);
  let pipeline = pipelines.get(key);
  if (pipeline === undefined) {
    pipeline = new Pipeline(job, carry);
    if (pipelines.size === KEPT_PIPELINES) pipelines.delete(pipelines.keys().next().value!);
  } else {
    pipelines.delete(key);
    pipeline.restart(carry);
  }
  // Put last: the first is the one used longest ago.
  pipelines.set(key, pipeline);
  return pipeline;
}

/** The buffers of a carry, which move between threads. */
export function carryBuffers({ kernelState, history, trades }: Carry): ArrayBuffer[] {
  return [kernelState, history, ...trades].map((array) => array.buffer as ArrayBuffer);
}
