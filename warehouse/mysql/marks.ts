import { text, whole } from '../store/sql.js';
import type { MySqlStore } from './store.js';

/** Long after whoever set a mark has asked for it. */
const KEPT_MS = 86_400_000;

/** The transaction of a connection, as `commit_mark` names it. */
export interface Mark {
  readonly writer: string;
  readonly commits: number;
}

/** Marks the transaction of this connection, as the last thing in it. */
export async function setMark(store: MySqlStore): Promise<Mark> {
  const mark = { writer: store.writer, commits: ++store.commits };
  await store.run(
    `INSERT INTO commit_mark (writer, commits, marked_at) VALUES (${text(mark.writer)}, ${mark.commits}, ${whole(Date.now())})
     ON DUPLICATE KEY UPDATE commits = VALUES(commits), marked_at = VALUES(marked_at)`,
  );
  return mark;
}

/**
 * True when the marked transaction was committed. The lost connection may not have ended on the server, and its COMMIT may
 * still be on the way: a locking read waits until the transaction is over.
 */
export async function isMarked(store: MySqlStore, { writer, commits }: Mark): Promise<boolean> {
  const found = await store.rows<{ commits: number }>(
    `SELECT commits FROM commit_mark WHERE writer = ${text(writer)} FOR UPDATE`,
  );
  return found[0]?.commits === commits;
}

/** Reads without locks which marks are old: those of transactions that are under way are not waited for. */
export async function removeOldMarks(store: MySqlStore): Promise<void> {
  const old = await store.rows<{ writer: string }>(
    `SELECT writer FROM commit_mark WHERE marked_at < ${whole(Date.now() - KEPT_MS)}`,
  );
  if (old.length === 0) return;
  await store.run(
    `DELETE FROM commit_mark WHERE writer IN (${old.map(({ writer }) => text(writer)).join(', ')})`,
  );
}
