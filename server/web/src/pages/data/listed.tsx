import { Empty } from '../../ui/states.js';
import { type Column, Table } from '../../ui/table.js';

/** A table, or that it has no row. */
export function Listed<Row>(props: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: string;
}) {
  const { empty, ...table } = props;
  return table.rows.length === 0 ? <Empty title={empty} /> : <Table {...table} tall />;
}
