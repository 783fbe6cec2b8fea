import type { TableSpec } from './table.js';
import { TABLES } from './tables.js';

/** The tables as a mermaid entity relationship diagram: keys, columns and what they refer to. */
export function erdDiagram(tables: readonly TableSpec[] = TABLES): string {
  const lines = ['erDiagram'];
  for (const { name, columns } of tables)
    for (const { name: column, references, nullable } of columns)
      if (references !== undefined)
        lines.push(`  ${references} ${nullable ? '|o' : '||'}--o{ ${name} : ${column}`);
  for (const { name, grain, columns } of tables) {
    lines.push(`  ${name} {`);
    for (const { name: column, kind, references } of columns) {
      const keys = [grain.includes(column) ? 'PK' : '', references === undefined ? '' : 'FK'];
      const mark = keys.filter((key) => key !== '').join(', ');
      lines.push(`    ${kind} ${column}${mark === '' ? '' : ` ${mark}`}`);
    }
    lines.push('  }');
  }
  return lines.join('\n');
}

/** The tables as markdown: grain and columns with their comments. */
export function tableReference(tables: readonly TableSpec[] = TABLES): string {
  return tables
    .map(({ name, comment, grain, columns }) =>
      [
        `### ${name}`,
        '',
        `${comment}. Grain: ${grain.join(', ')}.`,
        '',
        '| column | kind | |',
        '|---|---|---|',
        ...columns.map(
          (column) =>
            `| ${column.name} | ${column.kind}${column.nullable ? ', may be NULL' : ''} | ${column.comment} |`,
        ),
      ].join('\n'),
    )
    .join('\n\n');
}
