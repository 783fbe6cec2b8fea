import type { JobRow } from './types.js';

/** `facts`: something stored has changed. `job`: a job moved. `state`: the connection came or went. */
interface Events {
  readonly facts: undefined;
  readonly job: JobRow;
  readonly state: undefined;
}

type Listener<Name extends keyof Events> = (event: Events[Name]) => void;

const listeners: { readonly [Name in keyof Events]: Set<Listener<Name>> } = {
  facts: new Set(),
  job: new Set(),
  state: new Set(),
};
/** News come in bursts, a run writes partition after partition: pages ask again at most once in this time. */
const QUIET_MS = 500;

let source: EventSource | null = null;
let generation: string | null = null;
/** The stream broke: nobody knows what happened until it is open again. */
let isLost = false;
let pending: ReturnType<typeof setTimeout> | undefined;

/** Listens; the first listener opens the stream, which then stays (the browser reopens it by itself). */
export function onLive<Name extends keyof Events>(name: Name, listener: Listener<Name>): () => void {
  listeners[name].add(listener);
  source ??= open();
  return () => {
    listeners[name].delete(listener);
  };
}

export function liveState(): 'open' | 'closed' {
  return source?.readyState === EventSource.OPEN ? 'open' : 'closed';
}

function tell<Name extends keyof Events>(name: Name, event: Events[Name]): void {
  for (const listener of [...listeners[name]]) listener(event);
}

function open(): EventSource {
  const opened = new EventSource('/v1/events');
  opened.onopen = () => tell('state', undefined);
  opened.onerror = () => {
    isLost = true;
    tell('state', undefined);
  };
  opened.addEventListener('prediction', factsChanged);
  opened.addEventListener('job', (event) => tell('job', JSON.parse(event.data)));
  opened.addEventListener('generation', (event) => {
    const told: string = JSON.parse(event.data).generation;
    // The first one says where the data is, not that it moved. Behind a break pages may stand without an answer.
    if (isLost || (generation !== null && told !== generation)) factsChanged();
    isLost = false;
    generation = told;
  });
  return opened;
}

function factsChanged(): void {
  clearTimeout(pending);
  pending = setTimeout(() => tell('facts', undefined), QUIET_MS);
}
