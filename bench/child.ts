import { readFileSync } from 'node:fs';
import { JOBS, type JobName } from './jobs/index.js';

/** What the parent sends, once. */
export interface ChildRequest {
  readonly job: JobName;
  readonly args: unknown;
}

export interface ChildReply {
  readonly result?: unknown;
  readonly error?: string;
  readonly peakBytes: number;
}

/**
 * Peak resident memory of this process. On Linux `resourceUsage().maxRSS` of a child begins at what its parent held when
 * it forked (the kernel keeps it across exec), so the high-water mark of the process's own memory is read instead.
 */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line![1]) * 1024;
}

process.once('message', async ({ job, args }: ChildRequest) => {
  let reply: ChildReply;
  try {
    const result = await JOBS[job](args as never);
    reply = { result, peakBytes: peakBytes() };
  } catch (error) {
    reply = { error: (error as Error).stack ?? String(error), peakBytes: peakBytes() };
  }
  // A job that failed may have left a connection open, which would keep the process, and whoever waits for its end.
  process.send!(reply, () => {
    if (reply.error !== undefined) process.exit();
    // A run that was interrupted is gone by now.
    if (process.connected) process.disconnect();
  });
});
