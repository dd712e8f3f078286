// The rule of write scopes: what a resource may look like, and which scopes overlap.
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ScopeMode, ScopeSchema } from "../../gen/typescript/asyncgate/v1/scope_pb.ts";
import {
  checkScopes,
  createScopeIndex,
  endOfKeys,
  keysAbove,
  keysOfPrefix,
  overlap,
  type ScopeRow,
  scopeRows,
} from "../../src/core/scopes.ts";

const { READ, WRITE, UNSPECIFIED } = ScopeMode;
const scope = (resource: string, mode: ScopeMode = WRITE) => create(ScopeSchema, { resource, mode });
const row = (resource: string, isWrite = true): ScopeRow => ({ key: `${resource}/`, isWrite });

test.each([
  ["repo:a/b", "repo:a/b", true],
  ["repo:a/b", "repo:a/b/c", true],
  ["repo:a/b/c", "repo:a/b", true],
  ["repo:a/b", "repo:a/bc", false],
  ["repo:a/b", "repo:a/b-c", false],
  ["repo:a/b", "repo:a/b0", false],
  ["repo:a", "db:a", false],
  ["repo:a", "repo:A", false],
  ["repo:a:b", "repo:a:b/c", true],
  ["repo:ü", "repo:ü/x", true],
  ["repo:ü", "repo:u", false],
])("%s and %s overlap: %s", (one, other, expected) => {
  expect(overlap(row(one), row(other))).toBe(expected);
  expect(overlap(row(other), row(one))).toBe(expected);
  expect(overlap(row(one, false), row(other))).toBe(expected);
  expect(overlap(row(one, false), row(other, false))).toBe(false);
});

test.each([
  ["repo:a"],
  ["repo:a/b/c"],
  ["repo:A/b c/…/ü.ts"],
  ["my-repo_2:a:b"],
  ["repo:.git/..a"],
  [`repo:${Array.from({ length: 32 }, () => "x").join("/")}`],
])("%s is a resource", (resource) => {
  expect(checkScopes([scope(resource)])).toEqual([]);
});

test.each([
  ["a/b", /a kind and a path/],
  [":a", /begin with a kind/],
  ["Repo:a", /lower-case/],
  ["ré:a", /lower-case/],
  ["1r:a", /a letter first/],
  ["repo:", /empty segments/],
  ["repo:/a", /empty segments/],
  ["repo:a/", /empty segments/],
  ["repo:a//b", /empty segments/],
  ["repo:a/./b", /"\." and "\.\."/],
  ["repo:..", /"\." and "\.\."/],
  ["repo:a\nb", /control/],
  ["repo:a\0", /control/],
  ["repo:u\u0308", /NFC/],
  [`repo:${Array.from({ length: 33 }, () => "x").join("/")}`, /at most 32 segments/],
])("%j is none", (resource, why) => {
  const [fault] = checkScopes([scope("repo:fine"), scope(resource)]);
  expect(fault).toMatchObject({ field: "scopes[1].resource", rule: "scope.resource" });
  expect(fault?.description).toMatch(why);
});

test("a resource that is named twice counts once, to write if any of them is", () => {
  const scopes = [scope("repo:a", READ), scope("repo:b", READ), scope("repo:a", UNSPECIFIED), scope("repo:a", READ)];
  expect(scopeRows(scopes)).toEqual([row("repo:a"), row("repo:b", false)]);
});

test("a prefix names a resource with all below it, a kind or everything", () => {
  expect(keysOfPrefix("repo:a")).toEqual({ fromKey: "repo:a/", untilKey: "repo:a0" });
  expect(keysOfPrefix("repo:")).toEqual({ fromKey: "repo:", untilKey: "repo;" });
  expect(keysOfPrefix("")).toEqual({ fromKey: "", untilKey: "{" });
  expect(keysOfPrefix("repo:a/")).toMatchObject({ field: "prefix" });
});

const segments = fc.array(fc.constantFrom("a", "b", "ab", "a-", "a0", "ü", "…", "a.b"), { minLength: 1, maxLength: 4 });
const resources = fc.tuple(fc.constantFrom("repo", "db"), segments).map(([kind, path]) => `${kind}:${path.join("/")}`);
const rows = fc.tuple(resources, fc.boolean()).map(([resource, isWrite]) => row(resource, isWrite));

function compare(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** By segments, as people read them. */
function covers(one: string, other: string): boolean {
  const [own, others] = [one, other].map((key) => key.slice(0, -1).replace(":", "/").split("/"));
  return own?.every((segment, place) => others?.[place] === segment) ?? false;
}

test("property: one overlaps another if its segments begin like the other's, and one of them writes", () => {
  fc.assert(
    fc.property(rows, rows, (one, other) => {
      const isAlong = covers(one.key, other.key) || covers(other.key, one.key);
      expect(overlap(one, other)).toBe(isAlong && (one.isWrite || other.isWrite));
    }),
  );
});

test("property: what a key covers is a range of bytes, and what covers it are the keys above it", () => {
  fc.assert(
    fc.property(rows, rows, ({ key: one }, { key: other }) => {
      const isInRange = compare(other, one) >= 0 && compare(other, endOfKeys(one)) < 0;
      expect(isInRange).toBe(covers(one, other));
      expect([other, ...keysAbove(other)].includes(one)).toBe(covers(one, other));
    }),
  );
});

test("property: an index finds an overlap if there is one", () => {
  fc.assert(
    fc.property(fc.array(fc.array(rows, { maxLength: 3 }), { maxLength: 5 }), fc.array(rows), (tasks, wanted) => {
      const index = createScopeIndex();
      for (const [place, scopes] of tasks.entries()) index.add(String(place), scopes);
      const meeting = index.meet(wanted);
      const all = tasks.flat();
      expect(meeting !== undefined).toBe(wanted.some((one) => all.some((other) => overlap(one, other))));
      if (!meeting) return;
      const { own, taskId, key } = meeting;
      const met = tasks[Number(taskId)]?.filter((one) => one.key === key) ?? [];
      expect(met.some((one) => overlap(own, one))).toBe(true);
    }),
  );
});
