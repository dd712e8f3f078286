// Maps and sets that remember a bounded number of things: a full one forgets its oldest entry, not all of them.

/** Sets an entry. A map that is full forgets the entry that was set first. */
export function setBounded<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
  if (map.size >= max && !map.has(key)) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(key, value);
}
