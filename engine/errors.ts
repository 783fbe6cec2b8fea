/**
 * A mistake of the user's: a missing file, a wrong name, a document that is refused. The message is complete and for
 * people; the command line prints it without a stack and ends with code 2.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}
