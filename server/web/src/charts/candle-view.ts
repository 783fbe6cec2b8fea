import {
  CandlestickSeries,
  CrosshairMode,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { Bars } from '../data/bars.js';
import type { Palette } from '../theme.js';
import { type PaneGroup, seriesColors } from './panes.js';

/** A marker on a bar; `id` comes back when it is clicked. */
export interface Marker {
  readonly id: string;
  readonly row: number;
  readonly side: 'BUY' | 'SELL' | 'EXIT';
  readonly color: string;
  readonly text?: string;
}

/** A horizontal line at a price. */
export interface Level {
  readonly price: number;
  readonly title: string;
  readonly color: string;
}

type Line = ISeriesApi<'Line' | 'Histogram'>;

const seconds = (ms: number): UTCTimestamp => Math.floor(ms / 1000) as UTCTimestamp;

/** Candles with indicator panes and markers: lightweight-charts behind a few calls. Bars stand at their open times, UTC. */
export class CandleView {
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<'Candlestick'>;
  readonly #volume: ISeriesApi<'Histogram'>;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  readonly #lines: Line[] = [];
  #levels: IPriceLine[] = [];
  #bars: Bars | null = null;
  #palette: Palette;
  /** Counts what was asked of `setIndicators`: a newer one ends the one before. */
  #turn = 0;

  constructor(
    element: HTMLElement,
    palette: Palette,
    handlers: {
      readonly onMarker: (id: string) => void;
      readonly onRange: (from: number, to: number) => void;
    },
  ) {
    this.#palette = palette;
    this.#chart = createChart(element, {
      autoSize: true,
      // The logo brings a style element that the content security policy refuses; the page's foot has the attribution.
      layout: { attributionLogo: false },
      crosshair: { mode: CrosshairMode.Normal },
      // At a fraction of a pixel a bar: bars are drawn together, extremes kept.
      timeScale: { timeVisible: true, enableConflation: true, minBarSpacing: 0.001 },
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      priceFormat: { type: 'volume' },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.#markers = createSeriesMarkers(this.#candles, []);
    this.#chart.subscribeClick(({ hoveredInfo }) => {
      if (typeof hoveredInfo?.objectId === 'string') handlers.onMarker(hoveredInfo.objectId);
    });
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      const rows = this.#bars?.closeTime;
      if (range === null || rows === undefined || rows.length === 0) return;
      const clamp = (row: number): number => Math.min(rows.length - 1, Math.max(0, Math.round(row)));
      handlers.onRange(rows[clamp(range.from)]!, rows[clamp(range.to)]!);
    });
    this.setPalette(palette);
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.#chart.applyOptions({
      layout: {
        background: { color: palette.surface },
        textColor: palette.muted,
        panes: { separatorColor: palette.grid },
      },
      grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } },
      rightPriceScale: { borderColor: palette.grid },
      timeScale: { borderColor: palette.grid },
    });
    const { win, loss } = palette;
    this.#candles.applyOptions({ upColor: win, downColor: loss, wickUpColor: win, wickDownColor: loss });
    this.#volume.applyOptions({ color: palette.grid });
  }

  /** All bars at once; rows from `first` to `last` come into view. */
  setBars(bars: Bars, first: number, last: number): void {
    this.#bars = bars;
    const n = bars.openTime.length;
    const candles = new Array(n);
    const volumes = new Array(n);
    for (let i = 0; i < n; i++) {
      const time = seconds(bars.openTime[i]!);
      candles[i] = {
        time,
        open: bars.open[i]!,
        high: bars.high[i]!,
        low: bars.low[i]!,
        close: bars.close[i]!,
      };
      volumes[i] = { time, value: bars.volume[i]! };
    }
    const step = priceStep(bars.close[n - 1] ?? 1);
    this.#candles.applyOptions({ priceFormat: { type: 'price', precision: step, minMove: 10 ** -step } });
    this.#candles.setData(candles);
    this.#volume.setData(volumes);
    this.#chart.timeScale().setVisibleLogicalRange({ from: first, to: last + 4 });
  }

  /**
   * Indicator lines over the candles and in panes below; rows without a value leave the line open. A line of 70,000 points
   * takes the chart some 80 ms, so each is a task of its own: the page answers between them.
   */
  async setIndicators(
    groups: readonly PaneGroup[],
    columns: ReadonlyMap<string, ArrayLike<number | null>>,
  ): Promise<void> {
    const turn = ++this.#turn;
    for (const line of this.#lines.splice(0)) this.#chart.removeSeries(line);
    const bars = this.#bars;
    if (bars === null) return;
    let pane = 0;
    const colors = seriesColors(groups, this.#palette.series);
    for (const group of groups) {
      if (!group.overlay) pane++;
      for (const [at, { code, kind }] of group.series.entries()) {
        const values = columns.get(code);
        if (values === undefined) continue;
        await new Promise((resolve) => setTimeout(resolve));
        if (turn !== this.#turn) return;
        const options = {
          color: colors.get(code)!,
          priceLineVisible: false,
          lastValueVisible: !group.overlay,
        };
        const line: Line =
          kind === 'histogram'
            ? this.#chart.addSeries(HistogramSeries, options, group.overlay ? 0 : pane)
            : this.#chart.addSeries(LineSeries, { ...options, lineWidth: 1 }, group.overlay ? 0 : pane);
        line.setData(points(bars, values));
        if (at === 0) for (const price of group.levels ?? []) this.#guide(line, price);
        this.#lines.push(line);
        this.#chart.panes().forEach((part, index) => {
          part.setStretchFactor(index === 0 ? 3 : 1);
        });
      }
    }
  }

  setMarkers(markers: readonly Marker[]): void {
    const bars = this.#bars;
    if (bars === null) return;
    const ordered = [...markers].sort((a, b) => a.row - b.row);
    this.#markers.setMarkers(
      ordered.map(
        ({ id, row, side, color, text }): SeriesMarker<Time> => ({
          id,
          time: seconds(bars.openTime[row]!),
          color,
          position: side === 'BUY' ? 'belowBar' : 'aboveBar',
          shape: side === 'BUY' ? 'arrowUp' : side === 'SELL' ? 'arrowDown' : 'circle',
          ...(text === undefined ? {} : { text }),
        }),
      ),
    );
  }

  setLevels(levels: readonly Level[]): void {
    for (const level of this.#levels) this.#candles.removePriceLine(level);
    this.#levels = levels.map(({ price, title, color }) =>
      this.#candles.createPriceLine({ price, title, color, lineWidth: 1, lineStyle: LineStyle.Dashed }),
    );
  }

  /** Brings rows `[from, to]` into view when they are not, with room on both sides. */
  reveal(from: number, to: number): void {
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    if (range !== null && range.from <= from && to <= range.to && range.to - range.from < 2000) return;
    const room = Math.max(40, to - from);
    this.#chart.timeScale().setVisibleLogicalRange({ from: from - room, to: to + room });
  }

  destroy(): void {
    this.#turn++;
    this.#chart.remove();
  }

  #guide(line: Line, price: number): void {
    const color = this.#palette.flat;
    line.createPriceLine({
      price,
      color,
      lineWidth: 1,
      lineStyle: LineStyle.Dotted,
      axisLabelVisible: false,
    });
  }
}

function points(bars: Bars, values: ArrayLike<number | null>) {
  const found: { time: UTCTimestamp; value?: number }[] = new Array(bars.openTime.length);
  for (let i = 0; i < found.length; i++) {
    const value = values[i];
    const time = seconds(bars.openTime[i]!);
    found[i] = value === null || value === undefined || Number.isNaN(value) ? { time } : { time, value };
  }
  return found;
}

/** Digits after the point that a price of this size is told with: about six in all. */
function priceStep(price: number): number {
  return Math.min(8, Math.max(2, 5 - Math.floor(Math.log10(Math.max(price, 1e-8)))));
}
