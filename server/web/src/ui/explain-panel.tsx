import type { ComponentChildren } from 'preact';
import { Bar } from '../charts/bar.js';
import type { ExplainedMetric, Explanation } from '../data/types.js';
import { closeTime, digits, duration, percent, share, UNKNOWN } from '../format.js';
import { Outcome, SideTag } from './tags.js';

/** Everything behind one prediction: scores, metrics with their distance, safeguards, the trade. */
export function ExplainPanel({
  explanation,
  onClose,
}: {
  readonly explanation: Explanation;
  readonly onClose: () => void;
}) {
  const { action, trade, no_trade_reason, market_score, confidence_score } = explanation;
  return (
    <section class="card explain" aria-label="Explanation" data-prediction={explanation.prediction_id}>
      <header class="head">
        <div>
          <h2>
            <SideTag side={action} />{' '}
            {trade === null ? `no trade: ${no_trade_reason}` : <Outcome status={trade.status} />}
          </h2>
          <p>
            {closeTime(explanation.predicting_at)} · {explanation.symbol} {explanation.interval} ·{' '}
            {explanation.strategy}@{explanation.version}
          </p>
        </div>
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      </header>
      <Part title="Scores">
        <Score name="BUY" {...explanation.buy} max={explanation.max_score} />
        <Score name="SELL" {...explanation.sell} max={explanation.max_score} />
        <dl class="pairs">
          <dt>edge</dt>
          <dd>{digits(market_score)}</dd>
          <dt>confidence</dt>
          <dd>
            {share(confidence_score)} of {digits(explanation.max_score)} points
          </dd>
        </dl>
      </Part>
      {trade !== null && <Trade trade={trade} />}
      <Part title="Metrics">
        <ul class="rules">
          {explanation.metrics.map((metric) => (
            <Metric key={metric.metric} metric={metric} />
          ))}
        </ul>
      </Part>
      <Part title="Safeguards">
        <ul class="rules">
          {explanation.safeguards.map(({ reason, holds, detail }) => (
            <li key={reason}>
              <span class="line">
                <code>{reason}</code>
                <strong class={holds ? 'bad' : 'muted'}>{holds ? 'stops the trade' : 'passed'}</strong>
              </span>
              <span class="muted">{detail}</span>
            </li>
          ))}
        </ul>
        {explanation.flip !== null && (
          <p class="note">
            Nearest to a trade: {explanation.flip.metric} {explanation.flip.from} → {explanation.flip.to}{' '}
            would make it a {explanation.flip.action}.
          </p>
        )}
      </Part>
      <Part title="Lineage">
        <dl class="pairs">
          <dt>prediction</dt>
          <dd>{explanation.prediction_id}</dd>
          <dt>document</dt>
          <dd>{explanation.lineage.content_hash}</dd>
          <dt>klines</dt>
          <dd>{explanation.lineage.block_hash ?? UNKNOWN}</dd>
        </dl>
      </Part>
    </section>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Score({
  name,
  stored,
  threshold,
  max,
}: Explanation['buy'] & { readonly name: string; readonly max: number }) {
  const whole = Math.max(max, stored, threshold);
  return (
    <div class="rules">
      <span class="line">
        <span>{name}</span>
        <span class="number">
          {digits(stored)} of {digits(threshold)} needed
        </span>
      </span>
      <Bar
        value={stored}
        max={whole}
        mark={threshold}
        tone={name === 'BUY' ? 'good' : 'bad'}
        label={`${name} score ${digits(stored)}, threshold ${digits(threshold)}`}
      />
    </div>
  );
}

function Metric({ metric }: { readonly metric: ExplainedMetric }) {
  const { metric_value } = metric;
  const is = metric_value === null ? 'unknown' : metric_value === 1 ? 'fired' : 'did not fire';
  return (
    <li data-metric={metric.metric}>
      <span class="line">
        <strong>
          <SideTag side={metric.side} /> {metric.name}
        </strong>
        <span class={metric_value === 1 ? '' : 'muted'}>{is}</span>
      </span>
      <span class="muted">
        {metric.rule} · weight {metric.weight}
      </span>
      <span class="number">
        {digits(metric.value)} against {digits(metric.threshold)}
        {metric.distance !== null && `, ${metric.distance > 0 ? '+' : ''}${digits(metric.distance)} away`}
      </span>
    </li>
  );
}

function Trade({ trade }: { readonly trade: NonNullable<Explanation['trade']> }) {
  return (
    <Part title={trade.is_strong ? 'Trade, strong tier' : 'Trade, weak tier'}>
      <dl class="pairs">
        <dt>entry</dt>
        <dd>{digits(trade.entry_price)}</dd>
        <dt>target</dt>
        <dd>
          {digits(trade.tp_price)} ({trade.tp_pct}%)
        </dd>
        <dt>stop</dt>
        <dd>
          {digits(trade.sl_price)} ({trade.sl_pct}%)
        </dd>
        <dt>exit</dt>
        <dd>
          {digits(trade.exit_price)} on {closeTime(trade.confirmed_at)}
        </dd>
        <dt>result</dt>
        <dd class={trade.pnl_pct === null ? '' : trade.pnl_pct > 0 ? 'good' : 'bad'}>
          {percent(trade.pnl_pct)} after costs of {trade.cost_pct}%
        </dd>
        <dt>best, worst</dt>
        <dd>
          {percent(trade.max_return_pct)}, {percent(trade.min_return_pct)}
        </dd>
        <dt>up to</dt>
        <dd>
          {closeTime(trade.window_end)} ({duration(trade.lookahead_ms)})
        </dd>
      </dl>
      {trade.decided_by !== null && <p class="muted">Bars of {trade.decided_by} decided which came first.</p>}
      {trade.is_ambiguous && <p class="note">Stop and target in one bar, undecided: counted as a loss.</p>}
      {trade.has_gap && <p class="note">A bar is missing on the way.</p>}
    </Part>
  );
}
