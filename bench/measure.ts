import { Bench } from 'tinybench';
import type { Contender, Effort } from './case.js';
import { type Summary, summarize } from './statistics.js';

/** What one contender needed. */
export interface Measured {
  readonly contender: string;
  readonly ms: Summary;
  /** Null where it ran in the runner's own process. */
  readonly peakBytes: Summary | null;
}

/**
 * Times contenders in turns, A B A B, so that a machine that becomes slower or faster meanwhile does so for all of them.
 * tinybench takes the samples; it runs once a round and contender.
 */
export async function measure<Input>(
  contenders: readonly Contender<Input>[],
  input: Input,
  effort: Effort,
): Promise<Measured[]> {
  const ms = contenders.map((): number[] => []);
  const peaks = contenders.map((): number[] => []);
  for (let round = -effort.warmUp; round < effort.rounds; round++)
    for (const [i, contender] of contenders.entries()) {
      const samples = await sample(contender, input, effort.roundMs, (peak) => {
        if (round >= 0) peaks[i]!.push(peak);
      });
      if (round >= 0) ms[i]!.push(...samples);
    }
  return contenders.map(({ name }, i) => ({
    contender: name,
    ms: summarize(ms[i]!),
    peakBytes: peaks[i]!.length === 0 ? null : summarize(peaks[i]!),
  }));
}

async function sample<Input>(
  contender: Contender<Input>,
  input: Input,
  roundMs: number,
  onPeak: (bytes: number) => void,
): Promise<readonly number[]> {
  const bench = new Bench({ iterations: 1, time: roundMs, warmup: false, retainSamples: true, throws: true });
  bench.add(
    contender.name,
    async () => {
      const own = await contender.run(input);
      if (own === undefined) return undefined;
      if (own.peakBytes !== undefined) onPeak(own.peakBytes);
      // tinybench takes the sample's own duration instead of the time around the call.
      return { overriddenDuration: own.elapsedMs };
    },
    { async: true, beforeEach: () => contender.prepare?.(input) },
  );
  const [task] = await bench.run();
  const { result } = task!;
  if (result.state !== 'completed') throw new Error(`bench: '${contender.name}' ended as ${result.state}`);
  return result.latency.samples!;
}
