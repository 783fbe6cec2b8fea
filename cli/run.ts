import { failureOf } from './failure.js';
import { endIfWanted, listenForSignals } from './interruption.js';
import { quietOnClosedPipe } from './output.js';
import { createProgram } from './program.js';

/**
 * Runs one command line and sets the exit code of the process.
 *
 * @param args without node and the program's file
 */
export async function run(args: readonly string[]): Promise<void> {
  quietOnClosedPipe();
  listenForSignals();
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    const { code, line } = failureOf(error, args);
    process.exitCode = code;
    if (line !== null) process.stderr.write(`klinemill: ${line}\n`);
    if (code !== 0 && process.env.KLINEMILL_DEBUG === '1' && error instanceof Error)
      process.stderr.write(`${error.stack}\n`);
  }
  endIfWanted();
}
