import type { Command } from 'commander';
import { UserError } from '../../engine/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { withReader } from '../open.js';
import { print } from '../output.js';
import type { SQL_OUTPUT } from '../schemas/sql.js';
import { table } from '../table.js';

type Cell = string | number | boolean | null;

/** `klinemill sql` */
export function sqlCommand(): Command {
  const command = group('sql', "ask the warehouse in its own SQL (DuckDB's), read-only").argument(
    '<query>',
    'one SELECT',
  );
  return common(command).action((sql: string, options: CommonOptions) =>
    withReader(options, async (warehouse) => {
      const result = await warehouse.query(sql).catch((error: unknown) => {
        throw new UserError(`sql: ${(error as Error).message}`, { cause: error });
      });
      const rows = result.rows.map((row) => row.map(toCell));
      await print<typeof SQL_OUTPUT>(options, { columns: [...result.columns], rows }, () =>
        sqlText(result.columns, rows),
      );
    }),
  );
}

function toCell(value: unknown): Cell {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value as Cell;
}

function sqlText(columns: readonly string[], rows: readonly Cell[][]): string {
  const isNumeric = columns.map((_, c) => rows.every((row) => row[c] === null || typeof row[c] === 'number'));
  return table(
    columns.map((head, c) => ({ head, left: !isNumeric[c]! })),
    rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
  );
}
