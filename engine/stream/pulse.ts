import type { Consumer } from 'kafkajs';

const BEAT_MS = 1_000;
/** A fetch is answered within half a second, a heartbeat under work within five. */
const SILENT_BEATS = 6;

/**
 * Whether the broker answers a consumer. The client tries again for half a minute before it says a word; a fetch that is begun
 * anew without an answer to the one before has failed. Silence is counted in beats: a process that stood still has heard
 * nothing, and the broker is not to blame.
 */
export class Pulse {
  #silent = 0;
  readonly #beats = setInterval(() => {
    if (++this.#silent === SILENT_BEATS) this.tell(false);
  }, BEAT_MS).unref();

  /** @param tell is told that the broker answers, or does not */
  constructor(private readonly tell: (isAnswering: boolean) => void) {}

  watch(consumer: Consumer): void {
    const { FETCH_START, FETCH, HEARTBEAT, GROUP_JOIN } = consumer.events;
    const asked = new Set<number>();
    consumer.on(FETCH_START, ({ payload: { nodeId } }) => {
      if (asked.has(nodeId)) this.tell(false);
      asked.add(nodeId);
    });
    consumer.on(FETCH, ({ payload: { nodeId } }) => {
      asked.delete(nodeId);
      this.#heard();
    });
    consumer.on(HEARTBEAT, () => this.#heard());
    consumer.on(GROUP_JOIN, () => this.#heard());
  }

  stop(): void {
    clearInterval(this.#beats);
  }

  #heard(): void {
    this.#silent = 0;
    this.tell(true);
  }
}
