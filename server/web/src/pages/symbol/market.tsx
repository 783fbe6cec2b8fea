import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { CandleChart } from '../../charts/candle-chart.js';
import { paneGroups } from '../../charts/panes.js';
import { getBars, getExplanation, getIndicators, getIndicatorTypes, getSignals } from '../../data/api.js';
import { type Bars, rowFrom } from '../../data/bars.js';
import { useQuery } from '../../data/use-query.js';
import { count, fixed } from '../../format.js';
import { palette, useTheme } from '../../theme.js';
import { Card } from '../../ui/card.js';
import { ExplainPanel } from '../../ui/explain-panel.js';
import { Empty, Failed, Loading, Shown } from '../../ui/states.js';
import { setFilters, type View } from '../../url.js';
import { levelsOf, markersOf, tradeRows } from './drawing.js';
import { Legend } from './legend.js';
import { PanePicker, panesOf } from './pane-picker.js';
import { SignalList } from './signal-list.js';

const FIRST_VIEW_BARS = 300;
const NO_COLUMNS = new Map<string, Float64Array>();

/** One market: its chart, its signals, and the explanation of the chosen one. */
export function Market(props: {
  readonly symbol: string;
  readonly interval: string;
  readonly filters: View['filters'];
}) {
  const { symbol, interval, filters } = props;
  const bars = useQuery(`bars ${symbol} ${interval}`, (signal) => getBars(symbol, interval, signal));
  return (
    <Shown query={bars} what="klines">
      {(data) =>
        data.openTime.length === 0 ? (
          <Empty title={`No klines of ${symbol} ${interval}`} />
        ) : (
          <Chart bars={data} {...props} filters={filters} />
        )
      }
    </Shown>
  );
}

function Chart(props: {
  readonly bars: Bars;
  readonly symbol: string;
  readonly interval: string;
  readonly filters: View['filters'];
}) {
  const { bars, symbol, interval, filters } = props;
  const theme = useTheme();
  const chosen = filters.signal ?? null;
  const own = {
    strategy: filters.strategy,
    symbol,
    interval,
    side: filters.side,
    from: filters.from,
    to: filters.to,
  };
  const signals = useQuery(
    filters.strategy === undefined ? null : `signals ${JSON.stringify(own)}`,
    (signal) => getSignals(own, signal),
  );
  const explanation = useQuery(chosen === null ? null : `explain ${chosen}`, (signal) =>
    getExplanation(chosen!, signal),
  );
  const types = useQuery('indicator types', getIndicatorTypes);
  const all = useMemo(() => paneGroups((types.data ?? []).map(({ indicator }) => indicator)), [types.data]);
  const groups = useMemo(() => panesOf(all, filters.panes), [all, filters.panes]);
  const codes = groups.flatMap(({ series }) => series.map(({ code }) => code));
  const indicators = useQuery(
    codes.length === 0 ? null : `indicators ${symbol} ${interval} ${codes}`,
    (signal) => getIndicators(symbol, interval, codes, signal),
  );
  // the theme's colours are read from the document
  const markers = useMemo(
    () => markersOf(bars, signals.data ?? [], explanation.data, palette()),
    [bars, signals.data, explanation.data, theme],
  );
  // as above
  const levels = useMemo(() => levelsOf(explanation.data, palette()), [explanation.data, theme]);
  const reveal = useMemo(() => tradeRows(bars, explanation.data), [bars, explanation.data]);
  const view = useMemo(() => viewOf(bars, filters.from, filters.to), [bars, filters.from, filters.to]);
  const [range, onRange] = useLateRange();
  const [drawnMs, setDrawn] = useState<number | null>(null);
  const choose = useCallback((id: string) => setFilters({ signal: id.replace(/ exit$/, '') }), []);
  const aside = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen it stands below the chart, out of sight.
    if (explanation.data !== undefined && matchMedia('(max-width: 1199px)').matches)
      aside.current?.scrollIntoView({ block: 'nearest' });
  }, [explanation.data]);
  const aligned = indicators.data?.closeTime.length === bars.closeTime.length;
  return (
    <div class={`split${chosen === null ? '' : ' open'}`}>
      <Card
        title="Candles"
        note={
          <span data-bars={bars.openTime.length} data-drawn-ms={drawnMs ?? ''}>
            {count(bars.openTime.length)} bars{drawnMs === null ? '' : `, drawn in ${fixed(drawnMs, 0)} ms`}
            {indicators.isLoading && codes.length > 0 && ', indicators are loading'}
          </span>
        }
      >
        <PanePicker all={all} shown={groups} />
        <CandleChart
          label={`Candles of ${symbol} ${interval}, ${count(signals.data?.length ?? 0)} signals; the list below names those in view`}
          bars={bars}
          view={view}
          groups={groups}
          columns={aligned && codes.length > 0 ? indicators.data!.columns : NO_COLUMNS}
          markers={markers}
          levels={levels}
          reveal={reveal}
          onMarker={choose}
          onRange={onRange}
          onDrawn={setDrawn}
        />
        <Legend groups={groups} />
        {indicators.error !== null && <Failed error={indicators.error} retry={indicators.retry} />}
      </Card>
      {chosen !== null && (
        <aside ref={aside} aria-label="Why this signal">
          {explanation.error !== null ? (
            <Failed error={explanation.error} retry={explanation.retry} />
          ) : explanation.data === undefined || explanation.data.prediction_id !== chosen ? (
            <Loading what="the explanation" />
          ) : (
            <ExplainPanel explanation={explanation.data} onClose={() => setFilters({ signal: undefined })} />
          )}
        </aside>
      )}
      <Shown query={signals} what="signals">
        {(found) => <SignalList signals={found} range={range} chosen={chosen} onChoose={choose} />}
      </Shown>
    </div>
  );
}

/** Rows in view at first: the range of the URL, or the last bars. */
function viewOf(bars: Bars, from: string | undefined, to: string | undefined) {
  const n = bars.openTime.length;
  const last = to === undefined ? n - 1 : Math.min(n - 1, rowFrom(bars, Date.parse(to)));
  const first = from === undefined ? last - FIRST_VIEW_BARS : rowFrom(bars, Date.parse(from));
  return { first, last: Math.max(last, first + 1) };
}

/** The range in view, told once the chart has stopped moving. */
function useLateRange() {
  const [range, setRange] = useState<readonly [number, number] | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const onRange = useCallback((from: number, to: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setRange([from, to]), 150);
  }, []);
  return [range, onRange] as const;
}
