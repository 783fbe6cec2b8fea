import { useEffect, useRef } from 'preact/hooks';
import type { Bars } from '../data/bars.js';
import { palette, useTheme } from '../theme.js';
import { CandleView, type Level, type Marker } from './candle-view.js';
import type { PaneGroup } from './panes.js';

export interface CandleChartProps {
  readonly label: string;
  readonly bars: Bars;
  /** Rows that are in view when the bars come. */
  readonly view: { readonly first: number; readonly last: number };
  readonly groups: readonly PaneGroup[];
  /** Values by code, a value a bar. */
  readonly columns: ReadonlyMap<string, ArrayLike<number | null>>;
  readonly markers: readonly Marker[];
  readonly levels: readonly Level[];
  /** Rows to bring into view. */
  readonly reveal: { readonly from: number; readonly to: number } | null;
  readonly onMarker: (id: string) => void;
  /** Close times of the first and the last bar in view. */
  readonly onRange: (from: number, to: number) => void;
  /** How long it took until the bars were on the screen. */
  readonly onDrawn: (elapsedMs: number) => void;
}

/** The chart library behind properties. */
export function CandleChart(props: CandleChartProps) {
  const { bars, groups, columns, markers, levels, reveal } = props;
  const theme = useTheme();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<CandleView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const view = new CandleView(host.current!, palette(), {
      onMarker: (id) => latest.current.onMarker(id),
      onRange: (from, to) => latest.current.onRange(from, to),
    });
    chart.current = view;
    return () => view.destroy();
  }, []);
  useEffect(() => {
    const began = performance.now();
    const { first, last } = latest.current.view;
    chart.current!.setBars(bars, first, last);
    // The chart draws in the next frame; the one after it comes when that is done.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => latest.current.onDrawn(performance.now() - began)),
    );
  }, [bars, props.view]);
  // the theme's colours are read from the document
  useEffect(() => chart.current!.setPalette(palette()), [theme]);
  // lines take their colours from the theme, and stand on the bars
  useEffect(() => void chart.current!.setIndicators(groups, columns), [bars, groups, columns, theme]);
  // markers stand on the bars
  useEffect(() => chart.current!.setMarkers(markers), [bars, markers]);
  useEffect(() => chart.current!.setLevels(levels), [levels]);
  useEffect(() => {
    if (reveal !== null) chart.current!.reveal(reveal.from, reveal.to);
  }, [reveal]);
  return <div class="chart chart-candles" ref={host} role="img" aria-label={props.label} />;
}
