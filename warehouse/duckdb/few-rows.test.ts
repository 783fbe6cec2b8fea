import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { random } from '../../test/support/market.js';
import { type ColumnArray, type ColumnSpec, makeBatch } from '../columns.js';
import { BulkAppender } from './append.js';
import { FEW_ROWS, FewRows } from './few-rows.js';

// The appender of many rows is the reference.

const COLUMNS: readonly ColumnSpec[] = [
  { name: 'moment', kind: 'time' },
  { name: 'side', kind: 'tiny' },
  { name: 'flag', kind: 'flag' },
  { name: 'small', kind: 'small' },
  { name: 'mask', kind: 'mask' },
  ...Array.from({ length: 12 }, (_, i) => ({ name: `n${i}`, kind: 'number' as const })),
];
const TYPES = {
  time: 'BIGINT NOT NULL',
  tiny: 'TINYINT',
  flag: 'UTINYINT',
  small: 'SMALLINT',
  mask: 'BIGINT',
  number: 'DOUBLE',
};

it('writes the bits that the appender writes, whatever is unknown', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const definitions = COLUMNS.map(({ name, kind }) => `${name} ${TYPES[kind]}`).join(', ');
  for (const table of ['few', 'many'])
    await connection.run(`CREATE TABLE ${table} (id INTEGER NOT NULL, ${definitions})`);
  const next = random(7);
  const value = (): number => (next() < 0.4 ? Number.NaN : next() < 0.1 ? -0 : (next() - 0.5) * 1e9);
  const few = new FewRows(connection);
  const many = new BulkAppender(connection, 'many', 1, COLUMNS);
  // More patterns of unknown values than statements are kept.
  for (let turn = 0; turn < 150; turn++) {
    const rows = 1 + Math.floor(next() * FEW_ROWS);
    const arrays: Record<string, () => ColumnArray> = {
      time: () => Float64Array.from({ length: rows }, () => 1_600_000_000_000 + Math.floor(next() * 1e9)),
      tiny: () => Int8Array.from({ length: rows }, () => Math.floor(next() * 256) - 128),
      flag: () => Uint8Array.from({ length: rows }, () => Math.floor(next() * 256)),
      small: () => Int16Array.from({ length: rows }, () => Math.floor(next() * 65_536) - 32_768),
      mask: () =>
        BigInt64Array.from({ length: rows }, () => BigInt(Math.floor((next() - 0.5) * 2 ** 53)) << 10n),
      number: () => Float64Array.from({ length: rows }, value),
    };
    // Now and then a batch lacks columns.
    const own = turn % 10 === 0 ? COLUMNS.slice(0, 9) : COLUMNS;
    const batch = makeBatch(
      own,
      own.map(({ kind }) => arrays[kind]!()),
      rows,
    );
    const parts = [{ ids: [turn], batch }];
    await few.insert('few', COLUMNS, parts);
    await many.appendAll(parts);
  }
  const all = async (table: string): Promise<unknown> =>
    (await connection.runAndReadAll(`SELECT * FROM ${table} ORDER BY ALL`)).getRows();
  const written = await all('few');
  expect(written).toEqual(await all('many'));
  expect((written as unknown[]).length).toBeGreaterThan(300);
  few.close();
  connection.closeSync();
  instance.closeSync();
});
