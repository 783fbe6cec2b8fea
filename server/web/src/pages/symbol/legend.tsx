import { type PaneGroup, seriesColors } from '../../charts/panes.js';
import { palette, useTheme } from '../../theme.js';

/** What colours and shapes of the chart mean. */
export function Legend({ groups }: { readonly groups: readonly PaneGroup[] }) {
  useTheme();
  return (
    <div class="legend">
      {[...seriesColors(groups, palette().series)].map(([code, color]) => (
        <span key={code} class="swatch" style={{ borderColor: color }}>
          {code}
        </span>
      ))}
      <span>▲ BUY below, ▼ SELL above the bar</span>
      <span class="good">■ WIN</span>
      <span class="bad">■ LOSS</span>
      <span>■ EXPIRED, pending or unfilled</span>
      <span>● exit of the chosen trade</span>
    </div>
  );
}
