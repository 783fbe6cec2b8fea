import { Bench } from 'tinybench';
import type { Contender, Effort, Sample } from './case.js';
import { allocatedBytes } from './heap.js';
import { type Summary, summarize } from './statistics.js';

/** What one contender needed. */
export interface Measured {
  readonly contender: string;
  readonly ms: Summary;
  /** Null where it ran in the runner's own process. */
  readonly peakBytes: Summary | null;
  /** Bytes of heap and array buffers that one run allocates; null where the work is done elsewhere, or prepared for every run. */
  readonly allocatedBytes: number | null;
  /** What the runs said of themselves, in order. */
  readonly details: readonly string[];
}

/**
 * Times contenders in turns, A B A B, so that a machine that becomes slower or faster meanwhile does so for all of them.
 * tinybench takes the samples; it runs once a round and contender. Then each runs again, and what it allocates is counted.
 */
export async function measure<Input>(
  contenders: readonly Contender<Input>[],
  input: Input,
  effort: Effort,
): Promise<Measured[]> {
  const ms = contenders.map((): number[] => []);
  const peaks = contenders.map((): number[] => []);
  const details = contenders.map((): string[] => []);
  const hasOwnClock = contenders.map(() => false);
  for (let round = -effort.warmUp; round < effort.rounds; round++)
    for (const [i, contender] of contenders.entries()) {
      const samples = await sample(contender, input, effort.roundMs, ({ peakBytes, detail }) => {
        hasOwnClock[i] = true;
        if (round < 0) return;
        if (peakBytes !== undefined) peaks[i]!.push(peakBytes);
        if (detail !== undefined) details[i]!.push(detail);
      });
      if (round >= 0) ms[i]!.push(...samples);
    }
  // A pass of its own: who counts collections slows them down.
  const allocated: (number | null)[] = [];
  for (const [i, contender] of contenders.entries()) {
    const isCounted = !(hasOwnClock[i] || contender.isElsewhere || contender.prepare !== undefined);
    allocated.push(isCounted ? await allocatedBytes(() => contender.run(input)) : null);
  }
  return contenders.map(({ name }, i) => ({
    contender: name,
    ms: summarize(ms[i]!),
    peakBytes: peaks[i]!.length === 0 ? null : summarize(peaks[i]!),
    allocatedBytes: allocated[i]!,
    details: details[i]!,
  }));
}

async function sample<Input>(
  contender: Contender<Input>,
  input: Input,
  roundMs: number,
  onSample: (own: Sample) => void,
): Promise<readonly number[]> {
  const bench = new Bench({ iterations: 1, time: roundMs, warmup: false, retainSamples: true, throws: true });
  bench.add(
    contender.name,
    async () => {
      const own = await contender.run(input);
      if (own === undefined) return undefined;
      onSample(own);
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
