import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** A column: how a row's cell reads, and by what it sorts. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Absent: the column does not sort. Unknown sorts last either way. */
  readonly sort?: (row: Row) => number | string | null;
  readonly text?: boolean;
  readonly wrap?: boolean;
  readonly title?: string;
}

interface Order {
  readonly column: number;
  readonly descending: boolean;
}

/** A table that scrolls sideways within its card; heads with an order are buttons. The first column names its row. */
export function Table<Row>(props: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly isSelected?: (row: Row) => boolean;
  readonly tall?: boolean;
}) {
  const { label, columns, rows, keyOf, isSelected, tall } = props;
  const [order, setOrder] = useState<Order | null>(null);
  const turn = (column: number): void =>
    setOrder((old) => ({ column, descending: old?.column === column ? !old.descending : true }));
  return (
    // Focusable, since a region that scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section class={`scroll${tall === true ? ' tall' : ''}`} tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column, at) => (
              <th
                key={column.head}
                scope="col"
                class={column.text === true || at === 0 ? 'text' : ''}
                title={column.title}
                aria-sort={order?.column === at ? (order.descending ? 'descending' : 'ascending') : undefined}
              >
                {column.sort === undefined ? (
                  column.head
                ) : (
                  <button type="button" onClick={() => turn(at)}>
                    {column.head}
                    <span aria-hidden="true">
                      {order?.column === at ? (order.descending ? ' ↓' : ' ↑') : ''}
                    </span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, columns, order).map((row) => (
            <tr key={keyOf(row)} aria-current={isSelected?.(row) === true ? 'true' : undefined}>
              {columns.map((column, at) =>
                at === 0 ? (
                  <th key={column.head} scope="row">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td
                    key={column.head}
                    class={`${column.text === true ? 'text' : ''}${column.wrap === true ? ' wrap' : ''}`}
                  >
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order | null,
): readonly Row[] {
  const sort = order === null ? undefined : columns[order.column]?.sort;
  if (order === null || sort === undefined) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [sort(a), sort(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return x < y ? -sign : x > y ? sign : 0;
  });
}
