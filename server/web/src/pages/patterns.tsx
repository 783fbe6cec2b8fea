import { getEdgeRules, getMiningRun, getMiningRuns, getPatterns } from '../data/api.js';
import type { EdgeRuleRow, MiningRunRow, PatternRow } from '../data/types.js';
import { useQuery } from '../data/use-query.js';
import { count, day, fixed, percent, probability, share, tone } from '../format.js';
import { Card } from '../ui/card.js';
import { PageHead } from '../ui/page-head.js';
import { Select } from '../ui/select.js';
import { Empty, Shown } from '../ui/states.js';
import { type Column, Table } from '../ui/table.js';
import { Items } from '../ui/tags.js';
import { setFilters, type View } from '../url.js';

/** Structures of the market that mining found, and whether any of them is an edge. */
export function Patterns({ view }: { readonly view: View }) {
  const runs = useQuery('mining runs', getMiningRuns);
  const chosen = runs.data?.find(({ run_id }) => String(run_id) === view.filters.run) ?? runs.data?.at(-1);
  return (
    <>
      <PageHead
        title="Patterns"
        about="Structures of signals, tested in sample and looked at again out of sample."
      >
        {chosen !== undefined && (
          <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
            <Select
              label="Mining run"
              value={nameOf(chosen)}
              options={runs.data!.map(nameOf).reverse()}
              onChange={(name) => setFilters({ run: name.split(':')[0]! })}
            />
          </form>
        )}
      </PageHead>
      <Shown query={runs} what="mining runs">
        {() =>
          chosen === undefined ? (
            <Empty title="Nothing has been mined">
              <code>klinemill mine</code> looks for structures in the confirmed trades.
            </Empty>
          ) : (
            <Run runId={chosen.run_id} />
          )
        }
      </Shown>
    </>
  );
}

function nameOf(run: MiningRunRow): string {
  const where = [run.symbol, run.interval, run.side].filter((part) => part !== null).join(' ');
  return `${run.run_id}: ${run.strategies}${where === '' ? '' : `, ${where}`}`;
}

function Run({ runId }: { readonly runId: number }) {
  const run = useQuery(`mining run ${runId}`, (signal) => getMiningRun(runId, signal), { isLive: false });
  const edges = useQuery(`edge rules ${runId}`, (signal) => getEdgeRules(runId, signal), { isLive: false });
  const patterns = useQuery(`patterns ${runId}`, (signal) => getPatterns(runId, signal), { isLive: false });
  return (
    <div class="stack">
      <Shown query={run} what="the run">
        {(found) => (
          <div class="stack">
            <p class="note" data-edges={found.edges}>
              {found.edges === 0
                ? `No edge: none of ${count(found.edge_rules)} structures is both significant in sample and profitable in and out of sample.`
                : `${count(found.edges)} of ${count(found.edge_rules)} structures are edges: significant in sample, with lift and profit out of sample too.`}
            </p>
            <p class="muted">
              {count(found.trades)} confirmed trades, {count(found.wins)} won,{' '}
              {day(found.first_predicting_at)} to {day(found.last_confirmed_at)}; the first{' '}
              {count(found.in_sample_trades)} are in sample. At least {share(found.min_support)} of the
              trades, at most {found.max_length} items.
            </p>
          </div>
        )}
      </Shown>
      <Card
        title="Edge rules: structure → WIN"
        note="Edges first, then by z. p is adjusted for all structures tested."
      >
        <Shown query={edges} what="edge rules">
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No structure is frequent enough" />
            ) : (
              <Table
                label="Edge rules"
                columns={EDGE_COLUMNS}
                rows={rows}
                keyOf={({ n }) => String(n)}
                tall
              />
            )
          }
        </Shown>
        {(edges.data?.length ?? 0) > 0 && <First shown={edges.data!.length} of={run.data?.edge_rules} />}
      </Card>
      <Card
        title="Frequent structures of winning trades"
        note="How often they stand together, which alone is no edge."
      >
        <Shown query={patterns} what="structures">
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No structure is frequent enough" />
            ) : (
              <Table
                label="Frequent structures"
                columns={PATTERN_COLUMNS}
                rows={rows}
                keyOf={({ n }) => String(n)}
                tall
              />
            )
          }
        </Shown>
        {(patterns.data?.length ?? 0) > 0 && <First shown={patterns.data!.length} of={run.data?.itemsets} />}
      </Card>
    </div>
  );
}

function First({ shown, of }: { readonly shown: number; readonly of: number | undefined }) {
  if (of === undefined || shown >= of) return null;
  return (
    <p class="muted more">
      The first {count(shown)} of {count(of)}; all of them in the API and in <code>klinemill export</code>.
    </p>
  );
}

const structure = {
  head: 'Structure',
  cell: (row: { readonly items: string }) => <Items items={row.items.split(';')} />,
};

const EDGE_COLUMNS: readonly Column<EdgeRuleRow>[] = [
  structure,
  {
    head: 'Verdict',
    text: true,
    sort: (row) => row.is_edge,
    cell: (row) => (
      <span class={`tag ${row.is_edge === 1 ? 'good' : 'muted'}`}>
        {row.is_edge === 1 ? 'EDGE' : 'no edge'}
      </span>
    ),
  },
  { head: 'p adjusted', sort: (row) => row.p_adjusted, cell: (row) => probability(row.p_adjusted) },
  { head: 'z', sort: (row) => row.z, cell: (row) => fixed(row.z) },
  { head: 'In: trades', sort: (row) => row.in_count, cell: (row) => count(row.in_count) },
  { head: 'support', sort: (row) => row.in_support, cell: (row) => share(row.in_support) },
  { head: 'win rate', sort: (row) => row.in_win_rate, cell: (row) => share(row.in_win_rate) },
  {
    head: 'lift',
    sort: (row) => row.in_lift,
    cell: (row) => <span class={tone(row.in_lift, 1)}>{fixed(row.in_lift)}</span>,
  },
  {
    head: 'pnl',
    sort: (row) => row.in_avg_pnl_pct,
    cell: (row) => <span class={tone(row.in_avg_pnl_pct)}>{percent(row.in_avg_pnl_pct)}</span>,
  },
  { head: 'Out: trades', sort: (row) => row.out_count, cell: (row) => count(row.out_count) },
  { head: 'support ', sort: (row) => row.out_support, cell: (row) => share(row.out_support) },
  { head: 'win rate ', sort: (row) => row.out_win_rate, cell: (row) => share(row.out_win_rate) },
  {
    head: 'lift ',
    sort: (row) => row.out_lift,
    cell: (row) => <span class={tone(row.out_lift, 1)}>{fixed(row.out_lift)}</span>,
  },
  {
    head: 'pnl ',
    sort: (row) => row.out_avg_pnl_pct,
    cell: (row) => <span class={tone(row.out_avg_pnl_pct)}>{percent(row.out_avg_pnl_pct)}</span>,
  },
];

const PATTERN_COLUMNS: readonly Column<PatternRow>[] = [
  structure,
  { head: 'Trades', sort: (row) => row.count, cell: (row) => count(row.count) },
  { head: 'Support', sort: (row) => row.support, cell: (row) => share(row.support) },
];
