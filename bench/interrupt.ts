type Undo = () => unknown;

/** What a run leaves behind unless somebody undoes it, in the order in which it came to be. */
const undos = new Set<Undo>();
let isOver = false;

/** Registers what must be undone when the run is interrupted. @returns what forgets it again, once it was undone otherwise */
export function onInterrupt(undo: Undo): () => void {
  undos.add(undo);
  return () => void undos.delete(undo);
}

/** Whether the run was interrupted: whatever fails from then on fails because of that. */
export const isInterrupted = (): boolean => isOver;

/** Ends the process after Ctrl-C or SIGTERM with everything undone, the latest first; a second signal ends it at once. */
export function exitOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, async () => {
      isOver = true;
      for (const undo of [...undos].reverse())
        try {
          await undo();
        } catch (error) {
          console.error(`bench: after ${signal}:`, error);
        }
      process.exit(code);
    });
}
