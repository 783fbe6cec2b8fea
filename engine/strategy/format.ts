import { Document, isMap, isSeq, type Node } from 'yaml';
import type { MetricDocument, StrategyDocument } from '../../warehouse/index.js';

/** Paths of the small mappings and lists that read best on one line. */
const ON_ONE_LINE = [
  ['symbols'],
  ['intervals'],
  ['scoring', 'confidence'],
  ['risk', 'buy', 'weak'],
  ['risk', 'buy', 'strong'],
  ['risk', 'sell', 'weak'],
  ['risk', 'sell', 'strong'],
];

/** The document as YAML; `parseStrategy` of it gives the same document and the same hash. */
export function formatStrategy(document: StrategyDocument): string {
  const yaml = new Document({ ...document, metrics: document.metrics.map(plainMetric) });
  for (const path of ON_ONE_LINE) {
    const node = yaml.getIn(path, true) as Node;
    if (isMap(node) || isSeq(node)) node.flow = true;
  }
  return yaml.toString({ lineWidth: 120 });
}

/** Without what is absent; the window as it is written in a document. */
function plainMetric({ window, ...metric }: MetricDocument): Record<string, unknown> {
  const entries = Object.entries({
    ...metric,
    window: window === null ? null : `${window.size} ${window.unit}`,
  });
  return Object.fromEntries(
    entries.filter(([key, value]) => value !== null && !(key === 'description' && value === '')),
  );
}
