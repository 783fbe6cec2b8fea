import { count } from '../format.js';
import { palette, useTheme } from '../theme.js';

/** A cell: its figure decides the colour, its text is what stands there. */
export interface HeatCell {
  readonly value: number | null;
  readonly text: string;
  readonly count: number;
  readonly title: string;
}

/** Rows by columns, coloured by how far a figure is from `middle`; `null` stays plain. */
export function HeatMap(props: {
  readonly label: string;
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly (HeatCell | null)[] }[];
  readonly middle: number;
}) {
  const { label, corner, columns, rows, middle } = props;
  useTheme();
  const { win, loss } = palette();
  const reach = Math.max(
    1e-9,
    ...rows.flatMap(({ cells }) =>
      cells.map((cell) => (cell?.value == null ? 0 : Math.abs(cell.value - middle))),
    ),
  );
  const back = (value: number | null): string => {
    if (value === null) return 'transparent';
    // At most 32 % of the colour: the text on it stays readable in both themes.
    const part = Math.round((Math.abs(value - middle) / reach) * 32);
    return `color-mix(in srgb, ${value >= middle ? win : loss} ${part}%, transparent)`;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="scroll" tabIndex={0} aria-label={label}>
      <table class="heat">
        <thead>
          <tr>
            <th scope="col" class="text">
              {corner}
            </th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {/* Codes may break after their underscores. */}
                {column.split('_').map((part, n) => (n === 0 ? part : ['_', <wbr key={part} />, part]))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, at) =>
                cell === null ? (
                  <td key={columns[at]} />
                ) : (
                  <td key={columns[at]} title={cell.title} style={{ background: back(cell.value) }}>
                    {cell.text}
                    <small>{count(cell.count)}</small>
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
