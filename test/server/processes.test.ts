// How a server divides itself into processes, and when it replaces one.
import fc from "fast-check";
import { expect, test } from "vitest";
import { sharing } from "../../src/server/processes/messages.ts";
import { poolShare, processesOf, restartDelayMs } from "../../src/server/processes/primary.ts";

test("by default there is a process for each core beyond the second, and never more than connections", () => {
  const byCores = [1, 2, 3, 4, 16, 64].map((cores) => processesOf({ processes: 0, poolMax: 20 }, cores));
  expect(byCores).toEqual([1, 1, 1, 2, 14, 20]);
  expect(processesOf({ processes: 5, poolMax: 20 }, 2)).toBe(5);
});

test("the shares of the processes are all connections, and each has some", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 256 }), (poolMax, wanted) => {
      const count = Math.min(poolMax, wanted);
      const shares = Array.from({ length: count }, (_, index) => poolShare(poolMax, index + 1, count));
      expect(shares.reduce((sum, share) => sum + share)).toBe(poolMax);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

test("a process is replaced at once, and later and later while it goes on failing", () => {
  expect([1, 2, 3, 4, 7, 100].map(restartDelayMs)).toEqual([0, 1_000, 2_000, 4_000, 30_000, 30_000]);
});

test("questions that come while one is being answered share its answer, and a failure is not kept", async () => {
  let asked = 0;
  const gate = Promise.withResolvers<void>();
  const ask = sharing(async () => {
    asked += 1;
    await gate.promise;
    return asked;
  });
  const both = Promise.all([ask(), ask()]);
  gate.reject(new Error("no answer"));
  await expect(both).rejects.toThrow("no answer");
  await expect(ask()).rejects.toThrow("no answer");
  expect(asked).toBe(2);
});
