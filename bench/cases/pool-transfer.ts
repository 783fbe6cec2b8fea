import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  type ChunkInput,
  type ComputePool,
  createInlinePool,
  createThreadPool,
  DEFAULT_CHUNK_ROWS,
} from '../../engine/index.js';
import type { BenchCase } from '../case.js';
import { head, SERIES } from '../corpus.js';
import { factArrays, share } from '../jobs/compute-work.js';
import { kernelKlines } from '../kernel-klines.js';
import { runJob } from '../run-job.js';

interface TransferInput {
  readonly chunk: ChunkInput;
  /** The same with klines on ordinary memory, which a message clones. */
  readonly plain: ChunkInput;
  readonly threads: ComputePool;
  readonly inline: ComputePool;
  readonly worker: Worker;
}

const CLONED = 'a thread, columns cloned';

export const poolTransfer: BenchCase<TransferInput> = {
  name: 'pool-transfer',
  group: 'pipeline',
  title:
    'One chunk of BTCUSDT 15m (45 codes, two strategies) there, computed and back: the thread pool with one thread, whose columns lie on shared ' +
    'memory, against the same on the calling thread, and on a thread whose messages clone the columns; rows = bars.',
  sizes: ({ isQuick }) =>
    (isQuick ? [1_024] : [1_024, 8_192, DEFAULT_CHUNK_ROWS]).map((bars) => ({
      label: `${bars.toLocaleString('en-US')} bars`,
      bars,
    })),
  effort: ({ isQuick }) => ({ rounds: isQuick ? 2 : 5, roundMs: 100, warmUp: 3 }),
  load: async ({ bars }, context) => {
    const { job, rows, columns } = share(head(await kernelKlines(context), bars));
    const chunk = { job, rows, klines: columns, carry: null, wantFacts: true };
    return {
      chunk,
      plain: { ...chunk, klines: columns.map((column) => Float64Array.from(column)) },
      threads: createThreadPool(1),
      inline: createInlinePool(),
      worker: new Worker(new URL('../jobs/pool-clone.js', import.meta.url)),
    };
  },
  work: ({ chunk }) => ({ bars: chunk.rows, rows: chunk.rows }),
  check: async ({ chunk, plain, threads, inline, worker }) => {
    const digests = [
      await digest(threads, chunk),
      await digest(inline, chunk),
      sha256(await clonedFacts(worker, plain)),
    ];
    if (new Set(digests).size > 1) throw new Error(`pool-transfer: facts differ: ${digests.join(', ')}`);
    const twins = (await runJob('checkComputed', { series: SERIES.btc15m })).result;
    return `the SHA-256 of the facts is the same three times; ${twins}`;
  },
  run: {
    name: 'thread pool',
    isElsewhere: true,
    run: async ({ threads, chunk }) => (await threads.run(chunk)).release(),
  },
  reference: [
    { name: 'calling thread', run: async ({ inline, chunk }) => (await inline.run(chunk)).release() },
    {
      name: CLONED,
      isElsewhere: true,
      run: async ({ worker, plain }) => void (await clonedFacts(worker, plain)),
    },
  ],
  release: async ({ threads, worker }) => {
    await threads.close();
    await worker.terminate();
  },
};

async function digest(pool: ComputePool, chunk: ChunkInput): Promise<string> {
  const output = await pool.run(chunk);
  const hash = sha256(factArrays(output));
  output.release();
  return hash;
}

async function clonedFacts(worker: Worker, chunk: ChunkInput): Promise<readonly NodeJS.ArrayBufferView[]> {
  worker.postMessage(chunk);
  const [facts] = await once(worker, 'message');
  return facts;
}

function sha256(arrays: readonly NodeJS.ArrayBufferView[]): string {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(array);
  return hash.digest('hex');
}
