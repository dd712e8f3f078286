// Work behind guards: what a guard raises is told, whatever fails first because of it.
import { expect, test } from "vitest";
import { behindGuards } from "../../../src/engine/tx/guarded-first.ts";

const aborted = () => new Error("current transaction is aborted");

test("work that fails behind a guard that raises fails with what the guard raised", async () => {
  const guard = Promise.withResolvers<void>();
  const failed = behindGuards(guard.promise, async () => {
    // The guard's answer comes first, while the work waits for another one.
    guard.reject(new Error("not as expected"));
    await new Promise(setImmediate);
    throw aborted();
  });
  await expect(failed).rejects.toThrow("not as expected");
});

test("work that fails by itself tells why, also without guards", async () => {
  const work = () => Promise.reject(aborted());
  await expect(behindGuards(Promise.resolve(), work)).rejects.toThrow("aborted");
  await expect(behindGuards(undefined, work)).rejects.toThrow("aborted");
});

test("work that succeeds has waited for its guards itself", async () => {
  expect(await behindGuards(Promise.resolve(), async () => 1)).toBe(1);
});
