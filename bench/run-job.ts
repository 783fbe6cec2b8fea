import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChildReply } from './child.js';
import { onInterrupt } from './interrupt.js';
import type { JobArgs, JobName, JobResult } from './jobs/index.js';

/**
 * Runs a job in a process of its own: a fresh heap, a memory peak that is nobody else's, and a DuckDB file that belongs
 * to it alone.
 *
 * @throws Error with the job's name and what went wrong in it
 */
export async function runJob<Name extends JobName>(
  job: Name,
  args: JobArgs<Name>,
): Promise<{ readonly result: JobResult<Name>; readonly peakBytes: number }> {
  const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // Only when it is gone does nobody write to the folder, or hold a lock of the database, that is removed next.
  const forget = onInterrupt(() => {
    child.kill('SIGKILL');
    return once(child, 'exit');
  });
  const { result, error, peakBytes } = await new Promise<ChildReply>((settle, fail) => {
    let reply: ChildReply | undefined;
    child.once('message', (message) => {
      reply = message as ChildReply;
    });
    child.once('error', fail);
    // Only when it is gone is its memory free and its file closed for the next sample.
    child.once('exit', (code, signal) =>
      reply === undefined
        ? fail(new Error(`bench: job '${job}' ended without a reply (${signal ?? `exit ${code}`})`))
        : settle(reply),
    );
    child.send({ job, args });
  }).finally(forget);
  if (error !== undefined) throw new Error(`bench: job '${job}' failed: ${error}`);
  return { result: result as JobResult<Name>, peakBytes };
}
