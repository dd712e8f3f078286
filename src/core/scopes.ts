// Write scopes as a rule: which resources cover which, and which tasks may not be leased at the same time. A resource
// is kept as a key: its text with a slash behind it. So one covers another if its key is a prefix of the other's, and
// `repo:a/b/` is no prefix of `repo:a/bc/`.
import { type Scope, ScopeMode } from "../../gen/typescript/asyncgate/v1/scope_pb.ts";
import type { FieldViolation } from "./refusal.ts";

/** One scope, as the store keeps it. */
export type ScopeRow = { readonly key: string; readonly isWrite: boolean };

/** Each is a lookup of its own when an overlap is looked for. */
const segmentsMax = 32;
const kindPattern = /^[a-z][a-z0-9_-]*$/;
const controlCharacter = /\p{Cc}/u;

/** What is wrong with a resource; undefined: nothing. */
export function faultOfResource(resource: string): string | undefined {
  const colon = resource.indexOf(":");
  if (colon < 0) return 'must be a kind and a path: "repo:shop/api"';
  if (!kindPattern.test(resource.slice(0, colon))) {
    return "must begin with a kind of lower-case letters, digits, _ and -, and a letter first";
  }
  const segments = resource.slice(colon + 1).split("/");
  if (segments.length > segmentsMax) return `must have at most ${segmentsMax} segments`;
  if (segments.some((segment) => segment === "")) return "must have a path without empty segments";
  if (segments.some((segment) => segment === "." || segment === "..")) {
    return 'must have a path without "." and ".." as segments';
  }
  if (controlCharacter.test(resource)) return "must have no control characters";
  // Otherwise one name in two spellings would be two resources.
  return resource === resource.normalize("NFC") ? undefined : "must be in Unicode's form NFC";
}

export function checkScopes(scopes: readonly Scope[]): FieldViolation[] {
  return scopes.flatMap(({ resource }, place) => {
    const description = faultOfResource(resource);
    return description === undefined
      ? []
      : [{ field: `scopes[${place}].resource`, description, rule: "scope.resource" }];
  });
}

/** With every mode filled in, as the task tells them. */
export function scopesAsked(scopes: readonly Scope[]): Scope[] {
  return scopes.map(({ resource, mode }) => scopeOf({ key: `${resource}/`, isWrite: mode !== ScopeMode.READ }));
}

/** Each resource once, to write if any of them is. */
export function scopeRows(scopes: readonly Scope[]): ScopeRow[] {
  const rows = new Map<string, ScopeRow>();
  for (const { resource, mode } of scopes) {
    const key = `${resource}/`;
    rows.set(key, { key, isWrite: mode !== ScopeMode.READ || rows.get(key)?.isWrite === true });
  }
  return [...rows.values()];
}

export function resourceOf(key: string): string {
  return key.slice(0, -1);
}

export function modeOf({ isWrite }: Pick<ScopeRow, "isWrite">): ScopeMode {
  return isWrite ? ScopeMode.WRITE : ScopeMode.READ;
}

export function scopeOf(row: ScopeRow): Scope {
  return { $typeName: "asyncgate.v1.Scope", resource: resourceOf(row.key), mode: modeOf(row) };
}

/** The keys of all that covers a key, without itself. A kind alone is no resource. */
export function keysAbove(key: string): string[] {
  const above: string[] = [];
  const first = key.indexOf(":") + 1;
  for (let at = key.indexOf("/", first); at >= 0 && at < key.length - 1; at = key.indexOf("/", at + 1)) {
    above.push(key.slice(0, at + 1));
  }
  return above;
}

/** A slash and the character behind it: by bytes, all keys that begin with `…/` lie before `…0`. */
const behindSlash = "0";

/** Where the keys end that a key covers, itself among them: they begin at it and lie before this. */
export function endOfKeys(key: string): string {
  return key.slice(0, -1) + behindSlash;
}

export type KeyRange = { readonly fromKey: string; readonly untilKey: string };

/** The keys at and below a resource, or of a kind (`repo:`), or all. */
export function keysOfPrefix(prefix: string): KeyRange | FieldViolation {
  // Kinds are lower-case letters first; `{` lies behind `z`.
  if (prefix === "") return { fromKey: "", untilKey: "{" };
  const kind = prefix.slice(0, -1);
  // `;` lies behind `:`.
  if (prefix.endsWith(":") && kindPattern.test(kind)) return { fromKey: prefix, untilKey: `${kind};` };
  const description = faultOfResource(prefix);
  if (description !== undefined) return { field: "prefix", description, rule: "scope.resource" };
  const key = `${prefix}/`;
  return { fromKey: key, untilKey: endOfKeys(key) };
}

/** Whether both may not be held by two tasks at once. */
export function overlap(one: ScopeRow, other: ScopeRow): boolean {
  return (one.isWrite || other.isWrite) && (one.key.startsWith(other.key) || other.key.startsWith(one.key));
}

/** Where a scope meets another task's. */
export type Meeting = { readonly own: ScopeRow; readonly taskId: string; readonly key: string };

export type ScopeIndex = {
  /** Where one of the scopes overlaps a scope that was added before; undefined: nowhere. */
  meet(scopes: readonly ScopeRow[]): Meeting | undefined;
  add(taskId: string, scopes: readonly ScopeRow[]): void;
};

type Entry = { readonly taskId: string; readonly key: string };
/** One that reads, if any, and one that writes. */
type Entries = { reader?: Entry; writer?: Entry };

/** Scopes by their keys, for the tasks of one transaction: a comparison of all with all would be too much. */
export function createScopeIndex(): ScopeIndex {
  const at = new Map<string, Entries>();
  const below = new Map<string, Entries>();
  const find = (found: Entries | undefined, isWrite: boolean) => found?.writer ?? (isWrite ? found?.reader : undefined);
  const put = (map: Map<string, Entries>, key: string, entry: Entry, isWrite: boolean) => {
    const entries = map.get(key) ?? {};
    if (isWrite) entries.writer ??= entry;
    else entries.reader ??= entry;
    map.set(key, entries);
  };
  return {
    meet(scopes) {
      for (const own of scopes) {
        const { key, isWrite } = own;
        const ways = [below.get(key), ...[key, ...keysAbove(key)].map((one) => at.get(one))];
        const found = ways.map((one) => find(one, isWrite)).find((one) => one !== undefined);
        if (found) return { own, ...found };
      }
      return undefined;
    },
    add(taskId, scopes) {
      for (const { key, isWrite } of scopes) {
        put(at, key, { taskId, key }, isWrite);
        for (const above of keysAbove(key)) put(below, above, { taskId, key }, isWrite);
      }
    },
  };
}
