import type { ExplainedTrade, Explanation } from '../engine/index.js';
import { duration, fixed, time } from './format.js';
import { table } from './table.js';

const left = (head: string) => ({ head, left: true });
/** Enough digits to tell a value from its threshold, few enough to read. */
const digits = (value: number | null): string | null =>
  value === null ? null : String(Number(value.toPrecision(8)));

/** One page on one bar. */
export function explanationText(explanation: Explanation): string {
  const { kline, indicators, metrics, trade } = explanation;
  const parts = [
    `${explanation.prediction_id}\n${verdict(explanation)}`,
    `bar from ${time(kline.open_time!)} (UTC)\n${pairs(Object.entries(kline).filter(([name]) => !name.endsWith('_time')))}`,
    `indicators\n${pairs(indicators.map(({ indicator, value }) => [indicator, value]))}`,
    table(
      [
        left('metric'),
        left('side'),
        left('group'),
        { head: 'is' },
        { head: 'weight' },
        { head: 'value' },
        { head: 'threshold' },
        { head: 'distance' },
        left('rule'),
      ],
      metrics.map((metric) => [
        metric.metric,
        metric.side,
        metric.metric_group,
        metric.metric_value === null ? '?' : String(metric.metric_value),
        String(metric.weight),
        digits(metric.value),
        digits(metric.threshold),
        digits(metric.distance),
        metric.rule,
      ]),
    ),
    scoresText(explanation),
    table(
      [left('safeguard'), left('holds'), left('numbers')],
      explanation.safeguards.map(({ reason, holds, detail }) => [reason, holds ? 'YES' : 'no', detail]),
    ),
  ];
  if (trade !== null) parts.push(tradeText(trade));
  parts.push(lineageText(explanation));
  return parts.join('\n\n');
}

function verdict({ action, no_trade_reason, trade, safeguards, flip }: Explanation): string {
  if (trade !== null) return `${action}, ${trade.is_strong ? 'strong' : 'weak'}: ${trade.status}`;
  const holding = safeguards.find(({ holds }) => holds);
  const change =
    flip === null
      ? 'no single change of a metric would make it tradable'
      : `nearest to a trade: ${flip.metric} ${flip.from} -> ${flip.to} would make it a ${flip.action}` +
        (flip.closeness === null ? '' : ` (away by ${fixed(flip.closeness, 4)} of its usual size)`);
  return `no trade: ${no_trade_reason} (${holding?.detail ?? 'as stored'})\n${change}`;
}

function pairs(values: readonly (readonly [string, number | null])[]): string {
  return values.map(([name, value]) => `  ${name} ${digits(value) ?? '-'}`).join('\n');
}

function scoresText({ buy, sell, market_score, max_score, confidence_score }: Explanation): string {
  const line = (side: string, { terms, sum, threshold }: Explanation['buy']): string => {
    const added = terms.map(({ metric, weight }) => `${weight} (${metric})`).join(' + ');
    return `${side} score  ${added === '' ? '' : `${added} = `}${sum}, threshold ${threshold}`;
  };
  return [
    line('buy ', buy),
    line('sell', sell),
    `edge        |${buy.stored} - ${sell.stored}| = ${market_score}`,
    `confidence  ${Math.max(buy.stored, sell.stored)} / ${max_score} = ${confidence_score}`,
  ].join('\n');
}

function tradeText(trade: ExplainedTrade): string {
  const head = [
    `entry ${digits(trade.entry_price) ?? '-'}, target ${digits(trade.tp_price) ?? '-'} (${trade.tp_pct}%), stop ${digits(trade.sl_price) ?? '-'} (${trade.sl_pct}%), up to ${time(trade.window_end + 1)} (${duration(trade.lookahead_ms)})`,
  ];
  if (trade.exit_price !== null)
    head.push(
      `${trade.status} at ${digits(trade.exit_price)} on ${time(trade.confirmed_at! + 1)}: ${fixed(trade.gross_pct, 3)}% before costs of ${trade.cost_pct}%, ${fixed(trade.pnl_pct, 3)}% after; best ${fixed(trade.max_return_pct, 3)}%, worst ${fixed(trade.min_return_pct, 3)}%`,
    );
  else head.push(trade.status === 'PENDING' ? 'not decided yet' : 'no bar traded within the window');
  if (trade.decided_by !== null) head.push(`bars of ${trade.decided_by} decided which came first`);
  if (trade.is_ambiguous) head.push('no finer bar decided which came first: counted as a loss');
  if (trade.has_gap) head.push('a bar is missing on the way');
  const bars = table(
    [left('bar closes'), { head: 'open' }, { head: 'high' }, { head: 'low' }, { head: 'close' }, left('')],
    trade.bars.map((bar) => [
      time(bar.close_time + 1),
      ...[bar.open, bar.high, bar.low, bar.close].map(digits),
      bar.event,
    ]),
  );
  return `${head.join('\n')}\n${bars}`;
}

/** With the kernels behind this bar; --json has those of every indicator that was computed with them. */
function lineageText({ lineage, indicators }: Explanation): string {
  const used = new Set(indicators.map(({ indicator }) => indicator));
  const said = new Set<string>();
  const lines = lineage.tasks.flatMap(({ stage, run_id, started_at, reason, versions }) => {
    const kernels = Object.entries(JSON.parse(versions) as Record<string, string>)
      .filter(([name]) => stage !== 'indicators' || used.has(name))
      .map(([name, version]) => `${name} ${version}`)
      .filter((kernel) => !said.has(kernel));
    for (const kernel of kernels) said.add(kernel);
    const started = time(Math.floor(started_at / 1000) * 1000);
    return [
      `  ${stage}: run ${run_id}, ${started} (${reason})`,
      ...wrapped(kernels).map((line) => `    ${line}`),
    ];
  });
  return [
    'lineage',
    `  strategy document ${lineage.content_hash}`,
    `  klines of the block ${lineage.block_hash ?? '-'}`,
    ...lines,
  ].join('\n');
}

const LINE_WIDTH = 100;

/** Parts joined by commas, broken between two of them. */
function wrapped(parts: readonly string[]): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    if (line === undefined || line.length + part.length + 2 > LINE_WIDTH) lines.push(part);
    else lines[lines.length - 1] = `${line}, ${part}`;
  }
  return lines;
}
