import { CODES, CONDITIONS, CONFIRM_VERSION, kernelVersion, SCORING_VERSION } from '../kernels/index.js';
import type { StrategyDocument } from '../warehouse/index.js';

/**
 * What facts are made with, as text by name. Two facts with equal texts come from the same code; a raised kernel version
 * changes the texts of everything that descends from it. Plain data, so that the plan can be tested with other versions.
 */
export interface Versions {
  /** By code, inputs included: `stoch_rsi@1(period=14)[rsi@1(period=14)[CLOSE]]`. */
  readonly codes: Readonly<Record<string, string>>;
  /** By direction: `cross@1`. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly scoring: string;
  readonly confirm: string;
}

/** Versions of the code that is running. */
export function currentVersions(): Versions {
  const conditions = [...CONDITIONS.values()].map((c) => [c.direction, `${c.family}@${c.version}`]);
  return {
    codes: Object.fromEntries(CODES.map((code) => [code, kernelVersion(code)])),
    conditions: Object.fromEntries(conditions),
    scoring: `scoring@${SCORING_VERSION}`,
    confirm: `confirm@${CONFIRM_VERSION}`,
  };
}

/** Versions that the facts of a strategy descend from: its codes, its directions, scoring and confirmation. */
export function strategyVersions(document: StrategyDocument, versions: Versions): Record<string, string> {
  const used: Record<string, string> = {};
  for (const { active, indicator, reference, direction } of document.metrics) {
    if (!active) continue;
    for (const name of [indicator, reference]) {
      const version = name === null ? undefined : versions.codes[name];
      if (version !== undefined) used[name!] = version;
    }
    used[`condition ${direction}`] = versions.conditions[direction]!;
  }
  used.scoring = versions.scoring;
  used.confirm = versions.confirm;
  return used;
}
