import { Random } from '../random.js';

/**
 * Bars of one symbol as whole numbers: prices in cents, volumes in 1e-5 of the base asset, quote volumes in 1e-7 of the
 * quote asset (their product). Sums of bars are therefore exact.
 */
export interface WholeBars {
  readonly rows: number;
  readonly openTime: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly quoteVolume: Float64Array;
  readonly tradeCount: Float64Array;
  readonly takerBase: Float64Array;
  readonly takerQuote: Float64Array;
}

/** A spell of weather: drift and deviation of a return per hour, how hard prices are pulled back, how long it lasts. */
interface Regime {
  readonly name: string;
  readonly drift: number;
  readonly deviation: number;
  readonly pull: number;
  readonly hours: readonly [number, number];
  readonly weight: number;
}

const REGIMES: readonly Regime[] = [
  { name: 'rise', drift: 0.0005, deviation: 0.005, pull: 0, hours: [96, 480], weight: 30 },
  { name: 'fall', drift: -0.0005, deviation: 0.006, pull: 0, hours: [72, 360], weight: 26 },
  { name: 'range', drift: 0, deviation: 0.004, pull: 0.03, hours: [96, 600], weight: 34 },
  { name: 'calm', drift: 0, deviation: 0.0015, pull: 0.01, hours: [48, 240], weight: 16 },
  { name: 'crash', drift: -0.012, deviation: 0.018, pull: 0, hours: [6, 18], weight: 5 },
  { name: 'rebound', drift: 0.006, deviation: 0.012, pull: 0, hours: [8, 24], weight: 5 },
];

/** A symbol's share of the common weather. */
export interface SymbolTraits {
  readonly startCents: number;
  /** Part of a common return that the symbol takes. */
  readonly beta: number;
  /** Deviation of its own return per hour. */
  readonly ownDeviation: number;
  /** Usual volume of an hour, in 1e-5 of the base asset. */
  readonly volume: number;
}

const HOUR = 3_600_000;
/** Steps of the price within an hour; highs and lows are those of the steps. */
const STEPS = 12;
const STEP_SCALE = 1 / Math.sqrt(STEPS);
/** An outage begins in one hour of so many, on average. */
const HOURS_BETWEEN_OUTAGES = 2200;
const LONGEST_OUTAGE = 11;
/** Prices stay above this, in cents. */
const LOWEST = 100;

/**
 * Hourly bars of several symbols in one invented market: trends, ranges, calm, crashes and rebounds that they share,
 * returns of their own, and outages in which all bars are missing. Only + - * / and square roots are used, which IEEE 754
 * defines to the last bit: equal seeds give equal bars everywhere.
 *
 * @param fromTime open time of the first hour, epoch ms
 */
export function makeMarket(
  seed: number,
  fromTime: number,
  hours: number,
  symbols: readonly SymbolTraits[],
): WholeBars[] {
  const random = new Random(seed);
  const walks = symbols.map((traits) => new Walk(traits, random, hours));
  const common = new Float64Array(STEPS);
  let regime = REGIMES[2]!;
  let hoursLeft = 0;
  let outage = 0;
  for (let hour = 0; hour < hours; hour++) {
    if (hoursLeft-- <= 0) {
      regime = nextRegime(random, regime);
      hoursLeft = random.whole(...regime.hours);
      for (const walk of walks) walk.anchor();
    }
    if (outage > 0) outage--;
    else if (hour > 0 && random.next() * HOURS_BETWEEN_OUTAGES < 1) outage = random.whole(1, LONGEST_OUTAGE);
    // Now and then the weather of one hour is three times as strong: real returns have fat tails.
    const burst = random.next() < 0.03 ? 3 : 1;
    for (let step = 0; step < STEPS; step++)
      common[step] = regime.drift / STEPS + regime.deviation * burst * STEP_SCALE * random.bell();
    for (const walk of walks) walk.hour(fromTime + hour * HOUR, common, regime.pull, outage > 0);
  }
  return walks.map((walk) => walk.bars());
}

function nextRegime(random: Random, current: Regime): Regime {
  const others = REGIMES.filter((regime) => regime !== current);
  let at = random.next() * others.reduce((sum, regime) => sum + regime.weight, 0);
  for (const regime of others) {
    at -= regime.weight;
    if (at < 0) return regime;
  }
  return others[0]!;
}

/** The price of one symbol, hour by hour. */
class Walk {
  private readonly columns: Record<Exclude<keyof WholeBars, 'rows'>, Float64Array>;
  private rows = 0;
  private price: number;
  private center: number;

  constructor(
    private readonly traits: SymbolTraits,
    private readonly random: Random,
    hours: number,
  ) {
    const column = (): Float64Array => new Float64Array(hours);
    this.columns = {
      openTime: column(),
      open: column(),
      high: column(),
      low: column(),
      close: column(),
      volume: column(),
      quoteVolume: column(),
      tradeCount: column(),
      takerBase: column(),
      takerQuote: column(),
    };
    this.price = traits.startCents;
    this.center = traits.startCents;
  }

  /** Ranges pull back to where the price is now. */
  anchor(): void {
    this.center = this.price;
  }

  hour(openTime: number, common: Float64Array, pull: number, isOut: boolean): void {
    const { traits, random } = this;
    const open = Math.round(this.price);
    let high = open;
    let low = open;
    let path = 0;
    let volume = 0;
    let quoteVolume = 0;
    let takerBase = 0;
    let takerQuote = 0;
    const busy = busyness(openTime);
    for (let step = 0; step < STEPS; step++) {
      const back = (pull * (this.center - this.price)) / this.center / STEPS;
      const change = traits.beta * common[step]! + traits.ownDeviation * STEP_SCALE * random.bell() + back;
      this.price = Math.max(LOWEST, this.price * (1 + change));
      const price = Math.round(this.price);
      high = Math.max(high, price);
      low = Math.min(low, price);
      path += Math.abs(change);
      // Moves bring volume, and buyers lift the offer on the way up.
      const size = (traits.volume / STEPS) * busy * (0.4 + random.next() + 150 * Math.abs(change));
      const traded = 1 + Math.floor(size);
      const share = Math.min(0.9, Math.max(0.1, 0.5 + 12 * change + 0.1 * random.bell()));
      const taken = Math.floor(traded * share);
      volume += traded;
      quoteVolume += traded * price;
      takerBase += taken;
      takerQuote += taken * price;
    }
    if (isOut) return;
    const { columns, rows } = this;
    columns.openTime[rows] = openTime;
    columns.open[rows] = open;
    columns.high[rows] = high;
    columns.low[rows] = low;
    columns.close[rows] = Math.round(this.price);
    columns.volume[rows] = volume;
    columns.quoteVolume[rows] = quoteVolume;
    columns.tradeCount[rows] = STEPS + Math.floor(3000 * busy * (0.5 + 20 * path));
    columns.takerBase[rows] = takerBase;
    columns.takerQuote[rows] = takerQuote;
    this.rows = rows + 1;
  }

  bars(): WholeBars {
    return { rows: this.rows, ...this.columns };
  }
}

/** Volume over the day: quiet at 03:00 UTC, twice as much at 15:00. */
function busyness(openTime: number): number {
  const hour = Math.floor(openTime / HOUR) % 24;
  const distance = Math.abs(hour - 15);
  return 4 / 3 - Math.min(distance, 24 - distance) / 18;
}

/** Bars of twice the duration, of those whose two halves are there (SPEC 2: only complete buckets). */
export function pairBars(bars: WholeBars, durationMs: number): WholeBars {
  const firsts: number[] = [];
  for (let i = 0; i + 1 < bars.rows; i++) {
    const openTime = bars.openTime[i]!;
    if (openTime % (2 * durationMs) === 0 && bars.openTime[i + 1] === openTime + durationMs) firsts.push(i);
  }
  const column = (value: (first: number) => number): Float64Array => Float64Array.from(firsts, value);
  const sum = (part: Float64Array): Float64Array => column((i) => part[i]! + part[i + 1]!);
  return {
    rows: firsts.length,
    openTime: column((i) => bars.openTime[i]!),
    open: column((i) => bars.open[i]!),
    high: column((i) => Math.max(bars.high[i]!, bars.high[i + 1]!)),
    low: column((i) => Math.min(bars.low[i]!, bars.low[i + 1]!)),
    close: column((i) => bars.close[i + 1]!),
    volume: sum(bars.volume),
    quoteVolume: sum(bars.quoteVolume),
    tradeCount: sum(bars.tradeCount),
    takerBase: sum(bars.takerBase),
    takerQuote: sum(bars.takerQuote),
  };
}
