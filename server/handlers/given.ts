type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Only what was given: the readers tell absent from undefined. */
export function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
