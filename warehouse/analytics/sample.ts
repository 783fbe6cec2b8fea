import type { StrategyRecord } from '../strategy.js';
import { type AnalyticsFilter, allocationOf, type GroupPart } from './filter.js';
import { lookaheadParts } from './lookahead.js';
import type { AnalyticsSession, Parameters } from './session.js';
import { partitionParameters, readSlots, type Slot } from './slots.js';
import { analyticsSql } from './sql.js';
import type { TradeColumns } from './take-trades.js';

/** Tolerance in favour of meeting strong_edge (SPEC 5). */
const SCORE_TOLERANCE = 1e-9;

/** Numbers that in-partition.sql gives to the groups of a partition. */
const GROUPS_OF_A_SLOT = 8;

/** Columns of trades.sql; `n` is the number in trade order. */
export interface Trades extends Omit<TradeColumns, 'g'> {
  readonly n: Float64Array;
}

/** The predictions of one strategy version within a filter, kept in the temporary tables of a session. */
export class Sample {
  readonly session: AnalyticsSession;
  readonly record: StrategyRecord;
  readonly slots: readonly Slot[];
  readonly parameters: Parameters;
  #trades: Promise<Trades> | null = null;

  private constructor(
    session: AnalyticsSession,
    record: StrategyRecord,
    slots: readonly Slot[],
    parameters: Parameters,
  ) {
    this.session = session;
    this.record = record;
    this.slots = slots;
    this.parameters = parameters;
  }

  /** Makes the tables `slot`, `regime` (empty unless wanted) and `signal`. */
  static async open(
    session: AnalyticsSession,
    record: StrategyRecord,
    filter: AnalyticsFilter,
    withRegimes: boolean,
  ): Promise<Sample> {
    const slots = await readSlots(session, filter);
    const parameters = { ...filterParameters(filter, slots), ...strategyParameters(record) };
    // Without regimes nothing is read; naming the columns would ask for codes that a small catalog may lack.
    await session.keep('regime', analyticsSql(withRegimes ? 'regimes' : 'no-regimes'), parameters);
    await session.keep('signal', analyticsSql('signal'), parameters);
    return new Sample(session, record, slots, parameters);
  }

  /** Makes the view `sample`: the signals with `g` (number of the group, in the order of its display) and `label`; and `rolling`. */
  async group({ file, inPartition }: GroupPart): Promise<void> {
    if (inPartition) await this.session.define('grouped', analyticsSql(`by-${file}`));
    await this.session.define('sample', analyticsSql(inPartition ? 'in-partition' : `by-${file}`));
    await this.session.define('rolling', analyticsSql('rolling'));
  }

  /** The partition that a group is of; undefined: it is of several. */
  slotOf({ file, inPartition }: GroupPart, g: number): Slot | undefined {
    const number = inPartition ? Math.floor(g / GROUPS_OF_A_SLOT) : file === 'partition' ? g : null;
    return this.slots.find(({ slot }) => slot === number);
  }

  /** Every closed trade of the sample, in the order in which an account meets them; read once. */
  trades(): Promise<Trades> {
    this.#trades ??= this.session.numbers(analyticsSql('trades')) as unknown as Promise<Trades>;
    return this.#trades;
  }

  /** Rows of a .sql file over `sample` and what was made from it. */
  read<Row>(name: string): Promise<Row[]> {
    return this.session.rows<Row>(analyticsSql(name), this.parameters);
  }
}

function filterParameters(filter: AnalyticsFilter, slots: readonly Slot[]): Parameters {
  const { side, confirmedOnly = false } = filter;
  return {
    ...partitionParameters(filter, slots),
    action: side === undefined ? null : side === 'BUY' ? 1 : -1,
    confirmed_only: confirmedOnly,
    allocation: allocationOf(filter),
  };
}

/** Ids, thresholds and lookaheads of a strategy version, as queries name them. */
export function strategyParameters({ strategyId, document }: StrategyRecord): Parameters {
  const { buy, sell } = document.risk;
  const tiers = {
    buy_weak: buy.weak,
    buy_strong: buy.strong,
    sell_weak: sell.weak,
    sell_strong: sell.strong,
  };
  const lookaheads = Object.entries(tiers).flatMap(([name, tier]) => {
    const { ms, bars } = lookaheadParts(tier);
    return [
      [`${name}_ms`, ms],
      [`${name}_bars`, bars],
    ];
  });
  return {
    strategy_id: strategyId,
    strong_edge: document.scoring.strong_edge - SCORE_TOLERANCE,
    ...Object.fromEntries(lookaheads),
  };
}
