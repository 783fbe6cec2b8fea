import type { StreamObserver } from '../../engine/index.js';

/** One observer that tells several. */
export function together(...observers: readonly StreamObserver[]): StreamObserver {
  return {
    committed: (...args) => {
      for (const observer of observers) observer.committed?.(...args);
    },
    dead: (letter) => {
      for (const observer of observers) observer.dead?.(letter);
    },
    retry: (...args) => {
      for (const observer of observers) observer.retry?.(...args);
    },
    left: (...args) => {
      for (const observer of observers) observer.left?.(...args);
    },
    lost: (...args) => {
      for (const observer of observers) observer.lost?.(...args);
    },
    waiting: (what) => {
      for (const observer of observers) observer.waiting?.(what);
    },
    published: (count) => {
      for (const observer of observers) observer.published?.(count);
    },
    ready: (isReady) => {
      for (const observer of observers) observer.ready?.(isReady);
    },
    lag: (...args) => {
      for (const observer of observers) observer.lag?.(...args);
    },
    reached: (point) => {
      for (const observer of observers) observer.reached?.(point);
    },
  };
}
