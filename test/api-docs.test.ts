import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';

// The worked examples of docs/api.md, as far as they can be run without Python.

const DOCS = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');

it("DuckDB takes the query of the Python example, under the table's name there", async () => {
  const name = /^(\w+) = pa\.ipc\.open_stream/m.exec(DOCS)![1]!;
  const query = /duckdb\.sql\("([^"]+)"\)/.exec(DOCS)![1]!;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`CREATE TABLE "${name}" AS SELECT 50.0::DOUBLE AS "RSI14" FROM range(3)`);
  expect((await connection.runAndReadAll(query)).getRowsJson()).toEqual([['3', 50]]);
  connection.closeSync();
});
