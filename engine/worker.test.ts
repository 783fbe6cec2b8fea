import { expect, it } from 'vitest';
import { klineBatch, walkColumns } from '../test/support/market.js';
import { inputArrays } from './kline-arrays.js';
import { PROGRAM } from './program.js';
import type { PartitionJob } from './task.js';
import { packTask } from './wire.js';
import run from './worker.js';

const ROWS = 300;
const job: PartitionJob = { interval: '1h', strategies: [], codes: PROGRAM.codes };
const klines = inputArrays(klineBatch(walkColumns({ seed: 3, rows: ROWS, durationMs: 3_600_000 }), 0, ROWS));

it('answers the first of two chunks that lie ready before it computes the second, also when the first fails', async () => {
  for (const isBroken of [false, true]) {
    const memory = new SharedArrayBuffer(1 << 20);
    const facts = new Float64Array(memory);
    const isComputed = (): boolean => facts.some((value) => value !== 0);
    const task = { rows: ROWS, klines, carry: null, wantFacts: true, carryMemory: null };
    const first = run({
      ...packTask({ ...task, job, memory: null }),
      ...(isBroken ? { job: 'no job' } : {}),
    });
    const second = run(packTask({ ...task, job, memory }));
    const answered = await first.then(
      () => 'answered',
      () => 'failed',
    );
    expect([answered, isComputed()]).toEqual([isBroken ? 'failed' : 'answered', false]);
    await second;
    expect(isComputed()).toBe(true);
  }
});
