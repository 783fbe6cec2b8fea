// Grain: version (one row a migration that was applied).
import { column, type TableSpec } from './table.js';

export const SCHEMA_VERSION: TableSpec = {
  name: 'schema_version',
  comment: 'migrations that were applied',
  grain: ['version'],
  isKeyed: true,
  columns: [
    column('version', 'count', '1, 2, ...'),
    column('name', 'text', 'of the migration'),
    column('applied_at', 'time', 'when'),
  ],
};
