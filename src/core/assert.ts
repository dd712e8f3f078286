// What must hold. An assertion that fails is a bug of ours, never the caller's.

export class AssertionFailed extends Error {
  override name = "AssertionFailed";
}

export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new AssertionFailed(what);
}
