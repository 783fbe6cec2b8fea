import { ParseThread } from './parse-thread.js';

/** A process that loads one file after another keeps its thread, warm: starting one costs as much as parsing 100,000 rows. */
const IDLE_MS = 10_000;

let idle: { readonly thread: ParseThread; readonly timer: NodeJS.Timeout } | null = null;

/** Runs `task` with a parsing thread that nobody else uses; the one that the last task left behind, where there is one. */
export async function withParseThread<T>(task: (thread: ParseThread) => Promise<T>): Promise<T> {
  const thread = idle?.thread ?? new ParseThread();
  clearTimeout(idle?.timer);
  idle = null;
  try {
    return await task(thread);
  } finally {
    if (idle === null) keep(thread);
    else await thread.close();
  }
}

/** Neither the thread nor the timer that ends it keeps the process alive. */
function keep(thread: ParseThread): void {
  const timer = setTimeout(() => {
    idle = null;
    void thread.close();
  }, IDLE_MS);
  timer.unref();
  idle = { thread, timer };
}
