import { note } from './output.js';

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

/** From a signal on, for a command that it ends: orchestrators kill after 10 s. */
const STOP_MS = 9_000;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

let pending: Interrupted | null = null;
const stop = new AbortController();
let listening = 0;
let isEndedByCommand = false;
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
        note(`${signal}, stopping (again: at once)`);
        return;
      }
      end(code);
    });
}

function end(code: number | string): never {
  for (const cleanup of cleanups) cleanup();
  process.exit(code);
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
 * Runs `work`, for which a signal is the ordinary end: it finishes what is under way and returns. What fails from then on is
 * told and is no failure; what gives no answer, a server that hangs, is left when the process ends.
 *
 * @param work ends soon after its signal is aborted
 */
export function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { signal } = stop;
  return interruptible(async () => {
    let timer: NodeJS.Timeout | undefined;
    const begin = (): void => {
      timer = setTimeout(() => {
        note(`no answer for ${STOP_MS / 1_000} s: ending without it`);
        end(0);
      }, STOP_MS);
    };
    signal.addEventListener('abort', begin, { once: true });
    try {
      await work(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      note(`while stopping: ${(error as Error).message}`);
    } finally {
      signal.removeEventListener('abort', begin);
      clearTimeout(timer);
    }
  });
}

/**
 * The same for a whole command, the loading of its code included. The process ends with it: clients of a server that is away
 * would go on trying for minutes.
 */
export function service(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  isEndedByCommand = true;
  return untilInterrupted(work);
}

/** Ends the process if its command wants that, with the exit code that was set. */
export function endIfWanted(): void {
  if (isEndedByCommand) end(process.exitCode ?? 0);
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
