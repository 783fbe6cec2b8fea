// Grain: indicator_id (permanent number of a code).
import { column, type TableSpec } from './table.js';

export const DIM_INDICATOR_TYPE: TableSpec = {
  name: 'dim_indicator_type',
  comment: 'indicator codes of the catalog; each is a column of bar_indicator',
  grain: ['indicator_id'],
  isKeyed: true,
  columns: [
    column('indicator_id', 'id', 'permanent number of the code'),
    column('indicator', 'text', 'code, unique, e.g. RSI14'),
    column('title', 'text', 'a sentence about it'),
    column('kernel', 'text', 'kernel that computes it'),
    column('kernel_version', 'count', 'rises when any output bit may change'),
    column('params', 'text', 'kernel parameters as JSON'),
    column('lookback', 'count', 'rows from the start of a partition without a value'),
  ],
};
