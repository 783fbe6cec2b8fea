import type { z } from 'zod';

/** What decides how a command speaks. */
export interface OutputOptions {
  readonly json?: boolean | undefined;
}

/**
 * Prints the answer of a command on stdout: one JSON document, or text for people.
 *
 * @typeParam Schema of the document, always given: the test suite validates real output against it. Here it is a type only,
 *   so that no command loads zod for it.
 * @param text made only when it is wanted
 */
export async function print<Schema extends z.ZodType = never>(
  options: OutputOptions,
  document: z.input<Schema>,
  text: () => string,
): Promise<void> {
  // JSON has no NaN: JSON.stringify writes null, which is what unknown means.
  await write(options.json === true ? `${JSON.stringify(document, null, 2)}\n` : `${text().trimEnd()}\n`);
}

let say = (line: string): void => {
  process.stderr.write(`klinemill: ${line}\n`);
};

/** Says something beside the answer, on stderr. */
export function note(line: string): void {
  say(line);
}

/** From here on notes go elsewhere: a command whose stderr is a log has them there. */
export function notesTo(write: (line: string) => void): void {
  say = write;
}

/** Writes to stdout; resolves when the reader has taken it, so that a slow one slows the writer down. */
export function write(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** `klinemill ... | head` is no failure: when the reader has gone, the process ends without a word. */
export function quietOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  process.stderr.on('error', () => {});
}
