// Values that are too large for the snapshot: which of them are kept beside it, and that nothing else changes.
import type { JsonObject } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refsOf, restored, shrink } from "../../../src/machines/interpreter/large-values.ts";
import type { Snapshot } from "../../../src/machines/interpreter/types.ts";
import { times } from "../../helpers/random.ts";
import { load, says, simulate } from "../simulate.ts";

const bound = 4_096;

function snapshotOf(context: JsonObject, more: Partial<Snapshot> = {}): Snapshot {
  const plain = { format: 1, step: 1, state: "s", output: null, cost: 0, tokens: 0, warned: [], trail: [] } as const;
  return { ...plain, context, ...more };
}

function textsOf(values: readonly { readonly digest: string; readonly text: string }[]) {
  return new Map(values.map(({ digest, text }) => [digest, text]));
}

describe("a snapshot that is too large", () => {
  test("keeps its largest values beside it, and no more of them than it must", () => {
    const context = { small: "s", large: "l".repeat(5_000), middle: "m".repeat(2_000), other: "o".repeat(1_000) };
    const shrunk = shrink(snapshotOf(context), bound, true);
    expect(shrunk?.snapshot.context).toEqual({ ...context, large: null });
    expect(shrunk?.values.map(({ text }) => text)).toEqual([JSON.stringify(context.large)]);
    expect(Object.keys(shrunk?.snapshot.context ?? {})).toEqual(Object.keys(context));
  });

  test("keeps a value once that is in it twice", () => {
    const value = ["v".repeat(4_000)];
    const shrunk = shrink(snapshotOf({ value }, { output: value }), bound, true);
    expect(shrunk?.values.length).toBe(1);
    expect(shrunk?.snapshot).toMatchObject({ context: { value: null }, output: null });
  });

  test("leaves what is kept already where it is, and tells what is needed no more", () => {
    const first = shrink(snapshotOf({ a: "a".repeat(5_000), b: "b".repeat(5_000) }), bound, true);
    if (!first) throw new Error("it fits");
    const texts = textsOf(first.values);
    const again = restored(first.snapshot, (digest) => JSON.parse(texts.get(digest) ?? ""));
    expect(shrink(again, bound, true)).toEqual({ snapshot: first.snapshot, values: [] });
    const changed = shrink({ ...again, context: { ...again.context, a: "c".repeat(5_000) } }, bound, true);
    expect(changed?.values.map(({ text }) => text)).toEqual([JSON.stringify("c".repeat(5_000))]);
    expect(changed?.snapshot.discarded).toEqual([first.snapshot.stored?.context["a"]?.digest]);
    const emptied = shrink({ ...again, context: { a: 1, b: 2 } }, bound, true);
    expect(emptied?.snapshot.stored).toBeUndefined();
    expect(emptied?.snapshot.discarded?.length).toBe(2);
  });

  test("cannot be kept if its small values, its new values or all together are too many", () => {
    const small = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`k${at}`, "s".repeat(900)]));
    expect(shrink(snapshotOf(small), bound, true)).toBeUndefined();
    expect(shrink(snapshotOf({ large: "l".repeat(600_000) }), bound, true)).toBeUndefined();
    expect(shrink(snapshotOf({ large: "l".repeat(5_000) }), bound, false)).toBeUndefined();
    let snapshot = snapshotOf({});
    const kept = new Map<string, string>();
    let count = 0;
    for (; count < 20; count += 1) {
      const context = { ...snapshot.context, [`k${count}`]: String(count).padEnd(500_000, "x") };
      const shrunk = shrink({ ...snapshot, context }, bound, true);
      if (!shrunk) break;
      for (const { digest, text } of shrunk.values) kept.set(digest, text);
      snapshot = restored(shrunk.snapshot, (digest) => JSON.parse(kept.get(digest) ?? ""));
    }
    expect(count).toBe(8);
  });

  test("comes back as it was, whatever is in it", () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ maxLength: 20 }).map((text) => text.repeat(300)),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 5 }), value), value, (context, output) => {
        const full = JSON.parse(
          JSON.stringify(snapshotOf(context as JsonObject, { output: output as never })),
        ) as Snapshot;
        const shrunk = shrink(full, bound, true);
        if (!shrunk) return;
        const texts = textsOf(shrunk.values);
        const { stored, ...back } = restored(shrunk.snapshot, (digest) => JSON.parse(texts.get(digest) ?? ""));
        expect(JSON.stringify(back)).toBe(JSON.stringify(full));
        expect(Buffer.byteLength(JSON.stringify(shrunk.snapshot))).toBeLessThanOrEqual(bound);
        expect(new Set(refsOf(stored).map(({ digest }) => digest))).toEqual(new Set(texts.keys()));
      }),
      { numRuns: times(300) },
    );
  });
});

const growing = (more: string) => `
name: m
expression: cel
agents: {one: a}
context: {n: 0, text: ""}
settings: {checkpoint_bytes_max: 4096, max_steps: 100}
states:
  s:
    type: initial
    agent: one
    output_to_context: {text: "{{ output }}", n: "{{ context.n + 1 }}"}
    transitions: [{condition: context.n >= 20, to: next}, {to: s}]
${more}
`;
const big = { a: (_: JsonObject, number: number) => says(`${number}/`.padEnd(100_000, "x")) };

describe("an execution with a large context", () => {
  test("has snapshots that stay small, and comes to what it comes to with a small one", async () => {
    const more = "  next: {type: final, output: ['{{ context.n }}', '{{ size(context.text) }}']}";
    const run = simulate(await load(growing(more)), { tasks: big });
    expect(run.ended).toEqual({ output: [20, 100_000] });
    expect(Math.max(...run.snapshotBytes)).toBeLessThanOrEqual(4_096);
    expect(run.moved.length).toBe(19);
  });

  test("asks its question once, in the step after the one that keeps the value", async () => {
    const more = '  next: {ask: {question: "so?"}, transitions: e}\n  e: {type: final, output: "{{ output }}"}';
    const answer = { outcome: "answered", answer: "so" } as const;
    const run = simulate(await load(growing(more)), { tasks: big, answer: () => answer });
    expect(run.ended).toEqual({ output: "so" });
    expect(run.effects.slice(-3).map(({ type }) => type)).toEqual(["suspend", "ask", "end"]);
    expect(Math.max(...run.snapshotBytes)).toBeLessThanOrEqual(4_096);
  });

  test("fails with CHECKPOINT_TOO_LARGE if that does not help", async () => {
    const text = growing("  next: {type: final}").replace("{{ output }}", "{{ output }}{{ output }}{{ output }}");
    const tasks = { a: () => says("x".repeat(200_000)) };
    expect(simulate(await load(text), { tasks }).ended).toMatchObject({ error: { type: "CHECKPOINT_TOO_LARGE" } });
  });
});
