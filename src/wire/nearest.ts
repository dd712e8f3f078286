// Hints for misspelt names: which known name is meant.

/** Two slips of the finger, or one that swaps two letters. */
const distanceMax = 2;
/** No name of the contract is longer; distances to longer ones are not computed. */
const lettersMax = 64;

/** The known name that differs least, if it differs little. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > lettersMax) return undefined;
  let nearest: string | undefined;
  let least = distanceMax + 1;
  for (const one of known) {
    const distance = distanceOf(one.toLowerCase(), name.toLowerCase());
    if (distance < least) [nearest, least] = [one, distance];
  }
  return nearest;
}

/** How many letters must be changed, added or left out (Levenshtein). */
function distanceOf(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > distanceMax) return distanceMax + 1;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
