// Splits a batch into rounds, none of which has two items of one key: a later item then sees what an earlier one did.

/** Items keep their order within a round. Items without a key are all in the first one. */
export function inRounds<Item>(items: readonly Item[], keyOf: (item: Item) => string | undefined): Item[][] {
  const rounds: Item[][] = [];
  const next = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    const place = key === undefined ? 0 : (next.get(key) ?? 0);
    if (key !== undefined) next.set(key, place + 1);
    const round = rounds[place];
    if (round) round.push(item);
    else rounds[place] = [item];
  }
  return rounds;
}
