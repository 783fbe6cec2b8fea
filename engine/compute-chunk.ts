import { ChunkMemory } from './chunk-memory.js';
import { Pipeline } from './pipeline.js';
import type { Carry, ChunkResult, PartitionJob } from './task.js';
import type { ThreadTask } from './wire.js';

/** Pipelines that a thread keeps: as many as partitions are usually under way at once. */
const KEPT_PIPELINES = 4;

/** By the text of their job: a thread meets few jobs, chunk after chunk, and a pipeline's columns, tables and code are dear to make. */
const pipelines = new Map<string, Pipeline>();

/** Runs one chunk: the whole of a pool task. */
export function computeChunk(task: ThreadTask): ChunkResult {
  const memory = new ChunkMemory(task.memory);
  const pipeline = pipelineOf(task.job, task.carry);
  const facts = pipeline.push(task.klines, task.rows, task.wantFacts, memory);
  const carryMemory = new ChunkMemory(task.carryMemory);
  const carry = pipeline.save(carryMemory);
  return { ...facts, carry, usedBytes: memory.usedBytes, carryBytes: carryMemory.usedBytes };
}

function pipelineOf(job: string, carry: Carry | null): Pipeline {
  let pipeline = pipelines.get(job);
  if (pipeline === undefined) {
    pipeline = new Pipeline(JSON.parse(job) as PartitionJob, carry);
    if (pipelines.size === KEPT_PIPELINES) pipelines.delete(pipelines.keys().next().value!);
  } else {
    pipelines.delete(job);
    pipeline.restart(carry);
  }
  // Put last: the first is the one used longest ago.
  pipelines.set(job, pipeline);
  return pipeline;
}
