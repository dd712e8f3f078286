// How tasks are distributed among claims: one at a time in turn, the best first, whatever they weigh.
import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ReceiptBodySchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { claimTask, distribute } from "../../src/core/claim-tasks.ts";
import { createTask } from "../../src/core/create-task.ts";
import { durationOfMs, timestampOfDate } from "../../src/core/duration.ts";
import { defaultLeaseBounds } from "../../src/core/limits.ts";
import { createIds, createPageIds } from "../../src/engine/runtime/ids.ts";
import { times } from "../helpers/random.ts";

const demandsOf = (wanted: readonly number[], bytesMax = 1_000) => wanted.map((tasks) => ({ tasks, bytesMax }));
const tasksOf = (allocations: ReturnType<typeof distribute<number>>) => allocations.map(({ tasks }) => tasks);
/** Tasks are numbers here, and weigh as much. */
const itself = (task: number) => task;
const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);

test("each claim gets its share of the best tasks, and no more than it asks for", () => {
  expect(tasksOf(distribute([1, 2, 3, 4, 5, 6, 7], demandsOf([2, 0, 4, 1])))).toEqual([[1, 4], [], [2, 5, 6, 7], [3]]);
  expect(tasksOf(distribute([1, 2], demandsOf([5, 5, 5])))).toEqual([[1], [2], []]);
  expect(tasksOf(distribute([], demandsOf([3])))).toEqual([[]]);
  expect(distribute([1], [])).toEqual([]);
});

test("a claim that cannot carry the next task gets nothing more, and the next claim gets that task", () => {
  // The third is too much for both, and the light ones behind it do not overtake it.
  expect(distribute([4, 5, 9, 1, 1], demandsOf([5, 5], 10), itself)).toEqual([
    { tasks: [4], isCut: true },
    { tasks: [5], isCut: true },
  ]);
  expect(distribute([4, 5, 6, 1], demandsOf([5, 5], 10), itself)).toEqual([
    { tasks: [4, 6], isCut: false },
    { tasks: [5, 1], isCut: false },
  ]);
  // One that is too large for any claim is still granted, alone.
  expect(tasksOf(distribute([99, 1], demandsOf([5, 5], 10), itself))).toEqual([[99], [1]]);
});

test("a claim that could not carry a task is not cut if another claim could, and nothing is left", () => {
  expect(distribute([15, 1, 16, 1], demandsOf([2, 3], 30), itself)).toEqual([
    { tasks: [15], isCut: false },
    { tasks: [1, 16, 1], isCut: false },
  ]);
});

const weights = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 });
const wishes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

test("whatever tasks weigh, each claim carries what it may, or one task", () => {
  fc.assert(
    fc.property(weights, wishes, (tasks, wanted) => {
      for (const allocation of tasksOf(distribute(tasks, demandsOf(wanted, 30), itself))) {
        expect(allocation.length <= 1 || sumOf(allocation) <= 30).toBe(true);
      }
    }),
    { numRuns: times(500) },
  );
});

test("a claim is cut exactly if it got fewer than it asked for though a task is left", () => {
  fc.assert(
    fc.property(weights, wishes, (tasks, wanted) => {
      const allocations = distribute(tasks, demandsOf(wanted, 30), itself);
      const isLeft = tasksOf(allocations).flat().length < tasks.length;
      for (const [place, { tasks: given, isCut }] of allocations.entries()) {
        expect(isCut).toBe(isLeft && given.length < (wanted[place] ?? 0));
        // A claim that is cut carries something: with nothing in hand, a claim takes any task.
        if (isCut) expect(given.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: times(500) },
  );
});

test("no task is given twice, none that is wanted is left, claims keep their order and their turns", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.array(fc.nat(9), { maxLength: 12 }), (count, wanted) => {
      const allocations = tasksOf(distribute([...Array(count).keys()], demandsOf(wanted)));
      const given = allocations.flat().sort((one, other) => one - other);
      expect(given).toEqual([...Array(Math.min(count, sumOf(wanted))).keys()]);
      for (const [place, allocation] of allocations.entries()) {
        expect(allocation).toEqual([...allocation].sort((one, other) => one - other));
        expect(allocation.length).toBeLessThanOrEqual(wanted[place] ?? 0);
        const isFull = allocation.length === wanted[place];
        for (const other of allocations) if (!isFull) expect(other.length).toBeLessThanOrEqual(allocation.length + 1);
      }
    }),
    { numRuns: times(500) },
  );
});

const claimer = fc.record({
  id: fc.constantFrom("w", "w0"),
  instance: fc.constantFrom("", "0", "0\0"),
  ttlMs: fc.constantFrom(30_000, 31_000),
  expireTime: fc.constantFrom(new Date(9_000_000_000), new Date(9_000_000_001)),
  granted: fc.integer({ min: 0, max: 2 }),
  attempt: fc.integer({ min: 1, max: 2 }),
});

test("what a worker accepts is said in full, whatever was accepted before", () => {
  const now = new Date(1_000);
  const context = { now, newId: createPageIds(createIds(), now), random: () => 0 };
  const owner = { kind: PrincipalKind.AGENT, id: "a" };
  const { made: waiting, asked, task } = createTask(create(CreateTaskRequestSchema, { type: "t" }), owner, context);
  fc.assert(
    fc.property(fc.array(claimer, { minLength: 1, maxLength: 30 }), (claimers) => {
      for (const { id, instance, ttlMs, expireTime, granted, attempt } of claimers) {
        const { receipts } = claimTask(
          { ...waiting, attempt, fence: granted, deliveries: granted },
          { ...task, terms: asked },
          {
            principal: `worker:${id}`,
            instance,
            ttlWishMs: undefined,
            session: { sessionId: "s", ttlMs, expireTime },
            bounds: defaultLeaseBounds,
          },
          context,
        );
        const said = create(ReceiptBodySchema, {
          body: {
            case: "taskAccepted",
            value: {
              attempt,
              delivery: granted + 1,
              fence: BigInt(granted + 1),
              worker: { principal: { kind: PrincipalKind.WORKER, id }, instance },
              ttl: durationOfMs(ttlMs),
              expireTime: timestampOfDate(expireTime),
            },
          },
        });
        expect(Buffer.from(receipts[0]?.body ?? []).equals(toBinary(ReceiptBodySchema, said))).toBe(true);
      }
    }),
    { numRuns: times(100) },
  );
});
