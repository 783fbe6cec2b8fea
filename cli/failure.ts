import { CommanderError } from 'commander';
import { UserError } from '../engine/index.js';
import { WarehouseAccessError, WarehouseHeldError } from '../warehouse/index.js';
import { heldLine } from './held.js';
import { Interrupted } from './interruption.js';

/** Exit codes of every command. */
export const EXIT = { OK: 0, FAILURE: 1, USER: 2, HELD: 3 } as const;

/** What a thrown error means for the process: its exit code and one line for people (null: all is said). */
export interface Failure {
  readonly code: number;
  readonly line: string | null;
}

/** Sorts an error that ended a command. @param args of the command line */
export function failureOf(error: unknown, args: readonly string[]): Failure {
  if (error instanceof Interrupted) return { code: error.exitCode, line: error.message };
  if (error instanceof CommanderError) return commanderFailure(error);
  if (error instanceof UserError || error instanceof WarehouseAccessError)
    return { code: EXIT.USER, line: oneLine(error.message) };
  if (error instanceof WarehouseHeldError) return { code: EXIT.HELD, line: oneLine(heldLine(error, args)) };
  return { code: EXIT.FAILURE, line: oneLine(error instanceof Error ? error.message : String(error)) };
}

function commanderFailure({ exitCode, code, message }: CommanderError): Failure {
  // --help and --version have written what was asked for.
  if (exitCode === 0) return { code: EXIT.OK, line: null };
  // Help that nobody asked for stands on stderr already.
  if (code === 'commander.help') return { code: EXIT.USER, line: null };
  return { code: EXIT.USER, line: oneLine(message.replace(/^error: /, '')) };
}

function oneLine(message: string): string {
  return message.trim().replace(/\s*\n\s*/g, ' ');
}
