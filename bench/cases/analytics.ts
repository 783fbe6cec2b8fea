import { join } from 'node:path';
import type { ReportRow } from '../../warehouse/index.js';
import type { BenchCase, BenchContext, Sample } from '../case.js';
import type { Tally } from '../jobs/analytics.js';
import { runJob } from '../run-job.js';
import { withCopy } from '../template.js';

/** Figures are sums in another order than the plain loop's. */
const TOLERANCE = 1e-9;

interface AnalyticsInput {
  readonly file: string;
  readonly trades: number;
  readonly run: () => Promise<Sample>;
  readonly check: () => Promise<string>;
}

const SYMBOLS = 10;
const barsOf = ({ isQuick }: BenchContext): number => (isQuick ? 6_000 : 312_000);

export const analytics: BenchCase<AnalyticsInput> = {
  name: 'analytics',
  group: 'analytics',
  title:
    `\`report\`, plain and by regime, over the trades of ${SYMBOLS} symbols, and \`mine\` over those of one of them, with default ` +
    'settings, from opening the file to closing it; facts drawn with fixed seeds, one trade every three bars; rows = trades.',
  sizes: () => ['report', 'report --by regime', 'mine'].map((label) => ({ label, bars: 0 })),
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 0, warmUp: 0 }),
  load: async ({ label }, context) => {
    const bars = barsOf(context);
    const file = join(context.folder, 'trades.duckdb');
    await context.once('trades', () => runJob('fillTrades', { file, symbols: SYMBOLS, bars }));
    if (label === 'mine') return { file, trades: bars / 3, ...mining(context, file, bars / 3) };
    return {
      file,
      trades: (SYMBOLS * bars) / 3,
      ...reporting(file, label === 'report' ? 'partition' : 'regime'),
    };
  },
  work: ({ trades }) => ({ bars: 3 * trades, rows: trades }),
  check: ({ check }) => check(),
  run: { name: 'klinemill', run: ({ run }) => run() },
  reference: [],
};

function reporting(file: string, by: 'partition' | 'regime') {
  return {
    run: async () => {
      const { result, peakBytes } = await runJob('reportTrades', { file, by });
      return { elapsedMs: result.elapsedMs, peakBytes };
    },
    check: async () => {
      const { figures } = (await runJob('reportTrades', { file, by })).result;
      const tallies = Object.entries((await runJob('tallyTrades', { file })).result);
      const looked = tallies.filter(([group]) => by === 'regime' || group === 'ALL');
      for (const [group, tally] of looked) differ(group, tally, figures.find((row) => row.group === group)!);
      return `${looked.length} groups: counts, win rate, sum and profit factor equal to a plain loop over the stored rows`;
    },
  };
}

function differ(group: string, { wins, losses, expired, pnl, gained, lost }: Tally, row: ReportRow): void {
  const expected = {
    wins,
    losses,
    expired,
    win_rate: wins / (wins + losses),
    total_pnl_pct: pnl,
    profit_factor: gained / -lost,
  };
  for (const [name, value] of Object.entries(expected)) {
    const found = row[name as keyof typeof expected]!;
    if (!(Math.abs(found - value) <= TOLERANCE * Math.max(1, Math.abs(value))))
      throw new Error(`analytics: ${name} of ${group} is ${found}, a plain loop says ${value}`);
  }
}

function mining(context: BenchContext, file: string, trades: number) {
  const mine = () => withCopy(context, file, (copy) => runJob('mineTrades', { file: copy, symbol: 'S1' }));
  return {
    run: async () => {
      const { result, peakBytes } = await mine();
      return { elapsedMs: result.elapsedMs, peakBytes };
    },
    check: async () => {
      const { result } = await mine();
      const share = result.trades / trades;
      if (!(share > 0.97 && share < 0.99))
        throw new Error(`analytics: ${result.trades} of ${trades} trades are confirmed, not 98 %`);
      return `${result.trades} confirmed trades, ${result.structures} structures tested; test/mining.test.ts compares such runs with plain enumeration`;
    },
  };
}
