// Assertions. One that fails is a bug of ours, never the fault of a caller.

export class AssertionFailed extends Error {
  override name = "AssertionFailed";
}

export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new AssertionFailed(what);
}
