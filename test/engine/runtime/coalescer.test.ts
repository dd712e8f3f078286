// The coalescer: a call runs at once if none is running; later calls run together; a poisonous item fails alone.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { createCoalescer } from "../../../src/engine/runtime/coalescer.ts";

function openGate() {
  const gates: (() => void)[] = [];
  const batches: { tenantId: string; items: readonly string[] }[] = [];
  return {
    batches,
    /** Lets the oldest running batch end. */
    release: () => gates.shift()?.(),
    async run(tenantId: string, items: readonly string[]) {
      batches.push({ tenantId, items });
      await new Promise<void>((resolve) => gates.push(resolve));
      return items.map((item) => `${item} done`);
    },
  };
}

const one = { weigh: () => 1, isPoison: () => false };

test("a call goes at once when nothing runs, and calls that come meanwhile go together in their order", async () => {
  const gate = openGate();
  const submit = createCoalescer({ ...one, run: gate.run });
  const answers = ["a", "b", "c"].map((item) => submit("t", item));
  expect(gate.batches).toEqual([{ tenantId: "t", items: ["a"] }]);
  gate.release();
  expect(await answers[0]).toBe("a done");
  await Promise.resolve();
  expect(gate.batches[1]).toEqual({ tenantId: "t", items: ["b", "c"] });
  gate.release();
  expect(await Promise.all(answers)).toEqual(["a done", "b done", "c done"]);
});

test("tenants do not wait for each other", () => {
  const gate = openGate();
  const submit = createCoalescer({ ...one, run: gate.run });
  void submit("t", "a");
  void submit("u", "b");
  expect(gate.batches.map(({ tenantId }) => tenantId)).toEqual(["t", "u"]);
});

test("a full batch goes beside the one that runs, and a third waits", () => {
  const gate = openGate();
  const submit = createCoalescer({ ...one, run: gate.run, weigh: (item: string) => (item === "heavy" ? 500 : 1) });
  void submit("t", "light");
  void submit("t", "heavy");
  void submit("t", "heavy");
  expect(gate.batches.map(({ items }) => items)).toEqual([["light"], ["heavy"]]);
});

test("a batch that fails unexpectedly is run again in halves, so that only the poisonous item fails", async () => {
  const gate = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const submit = createCoalescer({
    weigh: () => 1,
    isPoison: () => true,
    async run(_tenantId: string, items: readonly string[]) {
      if (items.includes("first")) await gate.promise;
      sizes.push(items.length);
      if (items.includes("poison")) throw new Error("poisoned");
      return items;
    },
  });
  const first = submit("t", "first");
  const others = ["a", "b", "poison", "c"].map((item) => submit("t", item));
  gate.resolve();
  await first;
  const settled = await Promise.allSettled(others);
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(sizes).toEqual([1, 4, 2, 2, 1, 1]);
});

test("a failure that no item causes fails the whole batch, once", async () => {
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const submit = createCoalescer({
    ...one,
    async run() {
      runs += 1;
      await gate.promise;
      throw new Error("the database is away");
    },
  });
  const all = ["a", "b", "c"].map((item) => submit("t", item));
  gate.resolve();
  const settled = await Promise.allSettled(all);
  expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(runs).toBe(2);
});

test("beyond the bound a call is turned away before it has begun", async () => {
  const gate = openGate();
  const submit = createCoalescer({ ...one, run: gate.run, weigh: () => 9_999 });
  void submit("t", "runs");
  void submit("t", "beside");
  void submit("t", "waits");
  void submit("t", "waits too");
  await expect(submit("t", "too much")).rejects.toMatchObject({ refusal: { reason: ErrorReason.OVERLOADED } });
});
