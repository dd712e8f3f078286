// Maps and sets that remember a bounded number of things: a full one forgets its oldest entry, not all of them.

/** Sets an entry. A map that is full forgets the entry that was set first. */
export function setBounded<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
  if (map.size >= max && !map.has(key)) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(key, value);
}

/** The same, and the entry counts as new even when its key was there: the one that was set longest ago is forgotten. */
export function renewBounded<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
  map.delete(key);
  setBounded(map, key, value, max);
}

/** Adds to a set. One that is full forgets what was added first. */
export function addBounded<Value>(set: Set<Value>, value: Value, max: number): void {
  if (set.size >= max && !set.has(value)) {
    const [oldest] = set;
    if (oldest !== undefined) set.delete(oldest);
  }
  set.add(value);
}
