/** Ctrl-C (or a stop from outside) ended the command; what was under way has been rolled back. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  /** @param exitCode 128 + the signal's number, as shells expect */
  constructor(
    signal: string,
    readonly exitCode: number,
  ) {
    super(`stopped by ${signal}; what was under way is rolled back`);
  }
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

let pending: Interrupted | null = null;
const stop = new AbortController();
let listening = 0;
const cleanups = new Set<() => void>();

/**
 * The first signal is left to the command while it listens; otherwise, and from the second one on, the process ends
 * at once (an open transaction is then undone by the warehouse).
 */
export function listenForSignals(): void {
  for (const [signal, code] of Object.entries(SIGNALS))
    process.on(signal, () => {
      if (pending === null && listening > 0) {
        pending = new Interrupted(signal, code);
        stop.abort();
        process.stderr.write(`klinemill: ${signal}, stopping (again: at once)\n`);
        return;
      }
      for (const cleanup of cleanups) cleanup();
      process.exit(code);
    });
}

/** Runs `work`, which promises to call `stopIfInterrupted` every now and then. */
export async function interruptible<T>(work: () => Promise<T>): Promise<T> {
  listening++;
  try {
    return await work();
  } finally {
    listening--;
  }
}

/**
 * Runs `work`, for which a signal is the ordinary end: it finishes what is under way and returns.
 *
 * @param work ends soon after its signal is aborted
 */
export function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return interruptible(() => work(stop.signal));
}

/** @throws Interrupted when a signal has come */
export function stopIfInterrupted(): void {
  if (pending !== null) throw pending;
}

/**
 * Registers what must not be left behind when the process is stopped at once: synchronous, quiet.
 *
 * @returns takes it back
 */
export function onSuddenEnd(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}
