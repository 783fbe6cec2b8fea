import { BASE } from './0001-base.js';
import { DERIVATION } from './0002-derivation.js';
import { MINING } from './0003-mining.js';
import { STREAM } from './0004-stream.js';
import { COMMIT_MARKS } from './0005-commit-mark.js';
import { FINER_SEQ } from './0006-finer-seq.js';
import type { Migration } from './migration.js';

/** Migrations in order: the version of one is its index + 1. Never reordered, never removed. */
export const MIGRATIONS: readonly Migration[] = [BASE, DERIVATION, MINING, STREAM, COMMIT_MARKS, FINER_SEQ];

/** Schema version that this program writes and reads. */
export const latestVersion = (): number => MIGRATIONS.length;

export const SCHEMA_TOO_NEW = (version: number): string =>
  `warehouse: the schema has version ${version}, this program knows versions up to ${MIGRATIONS.length}; use a newer klinemill`;
