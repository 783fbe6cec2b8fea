import { countItems, type LabelledTrades, type Transactions } from '../../kernels/index.js';
import {
  type AnalyticsFilter,
  type ConfirmedTrades,
  readConfirmedTrades,
  type StrategyRecord,
  type Warehouse,
} from '../../warehouse/index.js';

/** Confirmed trades as mining looks at them, in trade order. */
export interface MinedTrades extends LabelledTrades {
  /** Text of each item, by id; ids are in the order of the texts. */
  readonly itemNames: readonly string[];
  /** Items of every trade: left out. */
  readonly constantItems: readonly string[];
  readonly predictingAt: Float64Array;
  readonly confirmedAt: Float64Array;
  /** Strategy versions that were asked for, by name, those without a trade included. */
  readonly strategies: readonly StrategyRecord[];
}

/** Reads the trades of a filter and turns them into transactions (SPEC 8). */
export async function readMinedTrades(warehouse: Warehouse, filter: AnalyticsFilter): Promise<MinedTrades> {
  const builder = new TradeBuilder();
  for (const trades of await readConfirmedTrades(warehouse, filter)) builder.add(trades);
  return builder.build();
}

/** Number of an item or group by its text, given out in the order of asking. */
class Numbering {
  readonly names: string[] = [];
  readonly #ids = new Map<string, number>();

  id(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.names.push(name) - 1;
      this.#ids.set(name, id);
    }
    return id;
  }
}

/**
 * Collects strategy versions, which come by name, each in trade order: sorted by confirmed_at with what is equal left in
 * place, all trades are in trade order (SPEC 7).
 */
class TradeBuilder {
  readonly #items = new Numbering();
  readonly #groups = new Numbering();
  readonly #transactions: number[][] = [];
  readonly #labels: number[] = [];
  readonly #pnl: number[] = [];
  readonly #groupOf: number[] = [];
  readonly #predictingAt: number[] = [];
  readonly #confirmedAt: number[] = [];
  readonly #strategies: StrategyRecord[] = [];

  add(trades: ConfirmedTrades): void {
    const { document, version } = trades.record;
    const metrics = document.metrics.map(({ code }) => code);
    this.#strategies.push(trades.record);
    for (let t = 0; t < trades.partitions.length; t++) {
      const { symbol, interval } = trades.partitions[t]!;
      const action = trades.action[t] === 1 ? 'BUY' : 'SELL';
      const isStrong = trades.isStrong[t] === 1;
      const items = [this.#items.id(`SYMBOL_${symbol}`), this.#items.id(`INTERVAL_${interval}`)];
      items.push(this.#items.id(`ACTION_${action}`));
      items.push(this.#items.id(isStrong ? 'EDGE_STRONG' : 'EDGE_WEAK'));
      this.#addRegime(items, trades.isTrendUp[t]!, 'TREND_DOWN', 'TREND_UP');
      this.#addRegime(items, trades.isMomentumPos[t]!, 'MOMENTUM_NEG', 'MOMENTUM_POS');
      this.#addRegime(items, trades.isVolatilityHigh[t]!, 'VOLATILITY_LOW', 'VOLATILITY_HIGH');
      for (let position = 0; position < metrics.length; position++) {
        const mask = position < 31 ? trades.firedLow[t]! : trades.firedHigh[t]!;
        if (((mask >>> (position % 31)) & 1) === 1) items.push(this.#items.id(metrics[position]!));
      }
      this.#transactions.push(items);
      this.#labels.push(trades.isWin[t]!);
      this.#pnl.push(trades.pnlPct[t]!);
      this.#groupOf.push(this.#groups.id(`${document.strategy}@${version} ${action} ${isStrong}`));
      this.#predictingAt.push(trades.predictingAt[t]!);
      this.#confirmedAt.push(trades.confirmedAt[t]!);
    }
  }

  build(): MinedTrades {
    const confirmedAt = this.#confirmedAt;
    const order = Int32Array.from(confirmedAt.keys()).sort(
      (a, b) => confirmedAt[a]! - confirmedAt[b]! || a - b,
    );
    const inOrder = (values: readonly number[]): Float64Array => Float64Array.from(order, (t) => values[t]!);
    const { transactions, itemNames, constantItems } = this.#transactionsIn(order);
    return {
      transactions,
      itemNames,
      constantItems,
      labels: Uint8Array.from(order, (t) => this.#labels[t]!),
      pnl: inOrder(this.#pnl),
      groups: Int32Array.from(order, (t) => this.#groupOf[t]!),
      groupCount: this.#groups.names.length,
      predictingAt: inOrder(this.#predictingAt),
      confirmedAt: inOrder(confirmedAt),
      strategies: this.#strategies,
    };
  }

  #addRegime(items: number[], flag: number, no: string, yes: string): void {
    if (flag >= 0) items.push(this.#items.id(flag === 1 ? yes : no));
  }

  /** Transactions in an order, their items renumbered by text, without those that are in all of them. */
  #transactionsIn(order: Int32Array): Pick<MinedTrades, 'transactions' | 'itemNames' | 'constantItems'> {
    const { names } = this.#items;
    const counts = countItems(flat(this.#transactions, names.length));
    const byText = [...names.keys()].sort((a, b) => (names[a]! < names[b]! ? -1 : 1));
    const isConstant = (item: number): boolean => counts[item] === order.length;
    const kept = byText.filter((item) => !isConstant(item));
    const renumbered = new Int32Array(names.length).fill(-1);
    kept.forEach((item, id) => {
      renumbered[item] = id;
    });
    const sets = Array.from(order, (t) =>
      // In the order of ids: the content hash must not depend on how items are collected.
      this.#transactions[t]!.map((item) => renumbered[item]!)
        .filter((id) => id >= 0)
        .sort((a, b) => a - b),
    );
    return {
      transactions: flat(sets, kept.length),
      itemNames: kept.map((item) => names[item]!),
      constantItems: byText.filter(isConstant).map((item) => names[item]!),
    };
  }
}

function flat(sets: readonly (readonly number[])[], itemCount: number): Transactions {
  const offsets = new Int32Array(sets.length + 1);
  sets.forEach((set, t) => {
    offsets[t + 1] = offsets[t]! + set.length;
  });
  const items = new Int32Array(offsets[sets.length]!);
  sets.forEach((set, t) => {
    items.set(set, offsets[t]!);
  });
  return { offsets, items, itemCount };
}
