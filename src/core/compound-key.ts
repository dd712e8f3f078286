// One key made of several texts, for maps. Postgres takes no such key: a text of its own has no NUL.

/** NUL is in no principal, id or key of a caller, so that different parts never give the same key. */
export function compoundKey(...parts: readonly string[]): string {
  return parts.join("\0");
}
