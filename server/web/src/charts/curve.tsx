import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { type Palette, palette, useTheme } from '../theme.js';

/** A line (or bars, or points) over the common x. */
export interface CurveSeries {
  readonly label: string;
  readonly values: ArrayLike<number | null>;
  readonly color: (palette: Palette) => string;
  readonly format: (value: number | null) => string;
  readonly kind?: 'line' | 'area' | 'bars' | 'points';
}

/** How x reads: a time (seconds, UTC) or a number. */
export interface CurveAxis {
  readonly isTime: boolean;
  readonly label: string;
  readonly format: (value: number) => string;
}

export interface CurveProps {
  /** What the picture shows, in words, for who cannot see it. */
  readonly label: string;
  readonly x: ArrayLike<number>;
  readonly axis: CurveAxis;
  readonly series: readonly CurveSeries[];
  readonly height?: number;
  /** Charts of one name share their cursor. */
  readonly sync?: string;
  /** Values of x that are in view at first; a double click shows all. */
  readonly window?: readonly [number, number];
}

/** A time axis, in seconds since the epoch. */
export const TIME_AXIS: CurveAxis = {
  isTime: true,
  label: 'time',
  format: (at) => new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' '),
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/**
 * Ticks of times by their distance, as uPlot takes them: the tick, and what is put below the first one of a year and of a day.
 * Its own are months before days and hours with am and pm.
 */
const TIME_TICKS: (string | number | null)[][] = [
  [365 * DAY, '{YYYY}', null, null, null, null, null, null, 1],
  [28 * DAY, '{MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [DAY, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [MINUTE, '{HH}:{mm}', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
];

/** A curve by uPlot, which draws at most the extremes of each pixel. Drag to zoom, double click to come back. */
export function Curve(props: CurveProps) {
  const theme = useTheme();
  const host = useRef<HTMLDivElement>(null);
  // the theme's colours are read from the document
  useEffect(() => {
    const element = host.current!;
    const plot = new uPlot(optionsOf(props, element.clientWidth), dataOf(props), element);
    if (props.window !== undefined) plot.setScale('x', { min: props.window[0], max: props.window[1] });
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: plot.height }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [props.x, props.series, theme]);
  return <div class="chart curve" ref={host} role="img" aria-label={props.label} />;
}

function dataOf({ x, series }: CurveProps): uPlot.AlignedData {
  return [x, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData;
}

function optionsOf({ series, axis, height = 220, sync }: CurveProps, width: number): uPlot.Options {
  const colors = palette();
  const lines = { stroke: colors.grid, width: 1 };
  const drawn = { stroke: colors.muted, grid: lines, ticks: lines };
  return {
    width,
    height,
    // Every time is UTC.
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), 'UTC'),
    cursor: sync === undefined ? {} : { sync: { key: sync } },
    scales: { x: { time: axis.isTime } },
    axes: [
      {
        ...drawn,
        values: axis.isTime ? TIME_TICKS : (_: uPlot, at: number[]) => at.map(axis.format),
      },
      { ...drawn, size: 62, values: (_, at) => at.map((value) => series[0]!.format(value)) },
    ],
    series: [
      { label: axis.label, value: (_, at) => (at === null ? '–' : axis.format(at)) },
      ...series.map((one) => seriesOf(one, colors)),
    ],
  };
}

function seriesOf({ label, color, format, kind = 'line' }: CurveSeries, colors: Palette): uPlot.Series {
  const stroke = color(colors);
  const base = { label, stroke, value: (_: uPlot, value: number | null) => format(value) };
  const faint = `${stroke}33`;
  if (kind === 'points')
    return { ...base, paths: () => null, points: { show: true, size: 5, fill: faint, width: 1 } };
  if (kind === 'bars')
    return {
      ...base,
      fill: `${stroke}99`,
      points: { show: false },
      paths: uPlot.paths.bars!({ size: [0.95, 60] }),
    };
  return { ...base, width: 1.5, points: { show: false }, ...(kind === 'area' ? { fill: faint } : {}) };
}
