import type { Level, Marker } from '../../charts/candle-view.js';
import { type Bars, rowAt } from '../../data/bars.js';
import type { Explanation, Signal } from '../../data/types.js';
import type { Palette } from '../../theme.js';

/** A marker a signal, coloured by what became of it, and the exit of the chosen one. */
export function markersOf(
  bars: Bars,
  signals: readonly Signal[],
  chosen: Explanation | undefined,
  colors: Palette,
): Marker[] {
  const markers: Marker[] = [];
  for (const { prediction_id, predicting_at, action, result_status } of signals) {
    const row = rowAt(bars, predicting_at);
    if (row === -1) continue;
    const isChosen = prediction_id === chosen?.prediction_id;
    markers.push({
      id: prediction_id,
      row,
      side: action,
      color: colorOf(result_status, colors),
      ...(isChosen ? { text: action } : {}),
    });
  }
  const trade = chosen?.trade;
  if (trade?.confirmed_at != null) {
    const row = rowAt(bars, trade.confirmed_at);
    if (row !== -1)
      markers.push({
        id: `${chosen!.prediction_id} exit`,
        row,
        side: 'EXIT',
        color: colorOf(trade.status, colors),
        text: trade.status,
      });
  }
  return markers;
}

/** Entry, target, stop and exit of the chosen trade. */
export function levelsOf(chosen: Explanation | undefined, colors: Palette): Level[] {
  const trade = chosen?.trade;
  if (trade == null) return [];
  const lines: readonly (readonly [number | null, string, string])[] = [
    [trade.entry_price, 'entry', colors.accent],
    [trade.tp_price, 'TP', colors.win],
    [trade.sl_price, 'SL', colors.loss],
    [trade.exit_price, 'exit', colors.flat],
  ];
  return lines.flatMap(([price, title, color]) => (price === null ? [] : [{ price, title, color }]));
}

/** Rows from the signal's bar to the exit's, or to the end of its window. */
export function tradeRows(
  bars: Bars,
  chosen: Explanation | undefined,
): { readonly from: number; readonly to: number } | null {
  if (chosen === undefined) return null;
  const from = rowAt(bars, chosen.predicting_at);
  if (from === -1) return null;
  const to = rowAt(bars, chosen.trade?.confirmed_at ?? chosen.predicting_at);
  return { from, to: Math.max(from, to) };
}

function colorOf(status: string | null, colors: Palette): string {
  return status === 'WIN' ? colors.win : status === 'LOSS' ? colors.loss : colors.flat;
}
