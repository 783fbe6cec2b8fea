import { useEffect, useState } from 'preact/hooks';
import { liveState, onLive } from './data/live.js';

/** Whether news arrive by themselves. */
export function LiveState() {
  const [state, setState] = useState(liveState);
  useEffect(() => onLive('state', () => setState(liveState())), []);
  return (
    <span
      class="live"
      data-state={state}
      role="status"
      title="New predictions and the progress of runs arrive by themselves"
    >
      {state === 'open' ? 'live' : 'not live'}
    </span>
  );
}
