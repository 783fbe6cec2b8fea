import { getGaps, getRejects, getRuns, getStatus } from '../data/api.js';
import type { GapRow, RejectRow, RunRow, StatusRow } from '../data/types.js';
import { useQuery } from '../data/use-query.js';
import { closeTime, count, day, duration, time } from '../format.js';
import { Card } from '../ui/card.js';
import { FilterBar } from '../ui/filter-bar.js';
import { PageHead } from '../ui/page-head.js';
import { Shown } from '../ui/states.js';
import type { Column } from '../ui/table.js';
import type { View } from '../url.js';
import { Checks } from './data/checks.js';
import { Jobs } from './data/jobs.js';
import { Listed } from './data/listed.js';

/** What is loaded, what is missing or was refused, what is stale, and what has run. */
export function DataPage({ view }: { readonly view: View }) {
  const { filters } = view;
  const where = JSON.stringify([filters.symbol, filters.interval]);
  const status = useQuery('status', getStatus);
  const gaps = useQuery(`gaps ${where}`, (signal) => getGaps(filters, signal));
  const rejects = useQuery(`rejects ${where}`, (signal) => getRejects(filters, signal));
  const runs = useQuery('runs', getRuns);
  const isShown = (row: { readonly symbol: string; readonly interval: string }): boolean =>
    row.symbol === (filters.symbol ?? row.symbol) && row.interval === (filters.interval ?? row.interval);
  return (
    <>
      <PageHead title="Data" about="What stands in the warehouse, and what does not.">
        <FilterBar show={['symbol', 'interval']} filters={filters} />
      </PageHead>
      <Card title="Markets" note="Stale stages are computed by klinemill recompute.">
        <Shown query={status} what="markets">
          {(rows) => (
            <Listed
              label="Markets"
              columns={STATUS_COLUMNS}
              rows={rows.filter(isShown)}
              keyOf={keyOfMarket}
              empty="No klines are loaded"
            />
          )}
        </Shown>
      </Card>
      <Jobs />
      <Card title="Runs" note="The newest of the ledger.">
        <Shown query={runs} what="runs">
          {(rows) => (
            <Listed
              label="Runs"
              columns={RUN_COLUMNS}
              rows={rows}
              keyOf={({ run_id }) => String(run_id)}
              empty="Nothing has run"
            />
          )}
        </Shown>
      </Card>
      <div class="columns">
        <Card title="Gaps" note="Bars missing between present ones, the largest first.">
          <Shown query={gaps} what="gaps">
            {(rows) => (
              <Listed
                label="Gaps"
                columns={GAP_COLUMNS}
                rows={rows}
                keyOf={(row) => `${keyOfMarket(row)} ${row.from_time}`}
                empty="No bar is missing"
              />
            )}
          </Shown>
        </Card>
        <Card title="Rejects" note="Rows that were not taken, and those taken with a note.">
          <Shown query={rejects} what="rejects">
            {(rows) => (
              <Listed
                label="Rejects"
                columns={REJECT_COLUMNS}
                rows={rows}
                keyOf={(row) => `${row.sha256} ${row.line} ${row.reason}`}
                empty="No row was refused"
              />
            )}
          </Shown>
        </Card>
      </div>
      <Checks />
    </>
  );
}

const keyOfMarket = (row: { readonly symbol: string; readonly interval: string }): string =>
  `${row.symbol} ${row.interval}`;
const market = <Row extends { readonly symbol: string; readonly interval: string }>(): Column<Row> => ({
  head: 'Market',
  sort: keyOfMarket,
  cell: keyOfMarket,
});

const STATUS_COLUMNS: readonly Column<StatusRow>[] = [
  market(),
  { head: 'Bars', sort: (row) => row.rows, cell: (row) => <span data-field="rows">{count(row.rows)}</span> },
  { head: 'From', sort: (row) => row.first_close_time, cell: (row) => day(row.first_close_time) },
  { head: 'Up to', sort: (row) => row.last_close_time, cell: (row) => closeTime(row.last_close_time) },
  {
    head: 'Age',
    sort: (row) => -row.last_close_time,
    cell: (row) => duration(Date.now() - row.last_close_time),
  },
  { head: 'Gaps', sort: (row) => row.gaps, cell: (row) => count(row.gaps) },
  { head: 'Missing bars', sort: (row) => row.missing, cell: (row) => count(row.missing) },
  { head: 'Rejects', sort: (row) => row.rejects, cell: (row) => count(row.rejects) },
  {
    head: 'Stages',
    text: true,
    sort: (row) => row.stale_stages,
    cell: (row) => (
      <span class={`tag ${row.stale_stages === 0 ? 'good' : 'bad'}`}>
        {row.stale_stages === 0 ? `${row.stages} up to date` : `${row.stale_stages} of ${row.stages} stale`}
      </span>
    ),
  },
];

const RUN_COLUMNS: readonly Column<RunRow>[] = [
  { head: 'Run', sort: (row) => row.run_id, cell: (row) => row.run_id },
  { head: 'Kind', text: true, sort: (row) => row.kind, cell: (row) => row.kind },
  {
    head: 'Status',
    text: true,
    sort: (row) => row.status,
    cell: (row) => (
      <span class={`tag ${row.status === 'DONE' ? 'good' : row.status === 'FAILED' ? 'bad' : 'muted'}`}>
        {row.status}
      </span>
    ),
  },
  { head: 'Started', sort: (row) => row.started_at, cell: (row) => time(row.started_at) },
  {
    head: 'Took',
    cell: (row) => duration(row.finished_at === null ? null : row.finished_at - row.started_at),
  },
  { head: 'Detail', text: true, wrap: true, cell: (row) => row.detail },
];

const GAP_COLUMNS: readonly Column<GapRow>[] = [
  market(),
  { head: 'First missing', sort: (row) => row.from_time, cell: (row) => time(row.from_time) },
  { head: 'Next present', sort: (row) => row.to_time, cell: (row) => time(row.to_time) },
  { head: 'Bars', sort: (row) => row.missing, cell: (row) => count(row.missing) },
];

const REJECT_COLUMNS: readonly Column<RejectRow>[] = [
  market(),
  { head: 'Reason', text: true, sort: (row) => row.reason, cell: (row) => row.reason },
  { head: 'Line', sort: (row) => row.line, cell: (row) => row.line },
  { head: 'Source', text: true, sort: (row) => row.source, cell: (row) => row.source },
  { head: 'Row', text: true, cell: (row) => <code>{row.raw}</code> },
];
