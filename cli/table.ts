/** A column of a table for people. */
export interface Column {
  readonly head: string;
  /** Text stands left; numbers stand right. Default: right. */
  readonly left?: boolean;
}

/**
 * Aligned plain text: a line of heads, then one line a row, two blanks between columns, none at a line's end.
 *
 * @param cells one a column; null is shown as `-`
 */
export function table(columns: readonly Column[], rows: readonly (readonly (string | null)[])[]): string {
  const lines = [columns.map((column) => column.head), ...rows.map((row) => row.map((cell) => cell ?? '-'))];
  const widths = columns.map((_, c) => Math.max(...lines.map((line) => [...line[c]!].length)));
  return lines
    .map((line) =>
      line
        .map((cell, c) => {
          const room = ' '.repeat(widths[c]! - [...cell].length);
          return columns[c]!.left === true ? cell + room : room + cell;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
