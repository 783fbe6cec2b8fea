import type { Hook } from '@hono/zod-openapi';
import type { Env } from 'hono';
import { ProblemError } from './problem-error.js';

/** Parameters and bodies that are not as the contract says. */
// biome-ignore lint/suspicious/noExplicitAny: the hook serves routes of every shape, and looks at none of it
export const onInvalid: Hook<any, Env, any, any> = (result) => {
  if (result.success) return;
  const issue = result.error.issues[0]!;
  const isBody = result.target === 'json' || result.target === 'form';
  const name = issue.code === 'unrecognized_keys' ? issue.keys[0]! : issue.path.map(String).join('.');
  const what =
    issue.code === 'unrecognized_keys'
      ? 'is not known here'
      : isBody
        ? issue.message
        : parameterMessage(issue.message);
  // A name that a caller made up may be long.
  const parameter = name.slice(0, 100);
  throw new ProblemError(
    isBody ? 'invalid-body' : 'invalid-parameter',
    parameter === '' ? what : `${parameter}: ${what}`,
    parameter === '' ? {} : { parameter },
  );
};

/** A parameter is a text: where another type was found, it is missing or was given several times. */
function parameterMessage(message: string): string {
  if (message.endsWith('received undefined')) return 'is required';
  return message.endsWith('received array') ? 'must be given once' : message;
}
