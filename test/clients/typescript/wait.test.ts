// Waits as programs write them: what they become in the contract, and that a server follows them.
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  AsyncGateError,
  after,
  allOf,
  anyOf,
  at,
  type Created,
  ended,
  type Job,
  OnImpossible,
  TaskState,
  type TimeSpan,
  task,
  type WaitInit,
} from "../../../clients/typescript/src/index.ts";
import { waitOf } from "../../../clients/typescript/src/wait.ts";
import { TerminalReason, WaitSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { createGate, kitTimeoutMs, shareKit } from "./kit.ts";

const { BLOCKED, SUCCEEDED, FAILED, CANCELED } = TaskState;
const noon = new Date("2030-01-01T12:00:00Z");

const byHand = create(WaitSchema, {
  allOf: [
    { anyOf: [{ name: "sales", condition: { case: "task", value: { of: { case: "taskId", value: "t" } } } }] },
    {
      anyOf: [
        {
          condition: {
            case: "task",
            value: { of: { case: "idempotencyKey", value: "k" }, acceptStates: [FAILED], discharged: false },
          },
        },
        { name: "late", condition: { case: "time", value: { of: { case: "after", value: { seconds: 600n } } } } },
      ],
    },
  ],
  onImpossible: OnImpossible.RUN,
});

test.each<[string, WaitInit]>([
  [
    "functions",
    {
      ...allOf(
        task("t", { name: "sales" }),
        anyOf(
          task({ idempotencyKey: "k" }, { acceptStates: [FAILED], discharged: false }),
          after("10m", { name: "late" }),
        ),
      ),
      onImpossible: OnImpossible.RUN,
    },
  ],
  [
    "plain objects",
    {
      allOf: [
        { task: "t", name: "sales" },
        {
          anyOf: [
            { task: { idempotencyKey: "k" }, acceptStates: [FAILED], discharged: false },
            { after: 600_000, name: "late" },
          ],
        },
      ],
      onImpossible: OnImpossible.RUN,
    },
  ],
  ["the contract's message", byHand],
  ["the contract's conditions in groups of the kit", { ...byHand, allOf: byHand.allOf.map((group) => ({ ...group })) }],
])("a wait may be written in %s", (_how, wait) => {
  expect(waitOf(wait)).toEqual(byHand);
});

test("a condition alone is a wait, and a group alone, too", () => {
  expect(waitOf(after(1_500))).toEqual(waitOf(allOf(anyOf({ after: "1.5s" }))));
  expect(waitOf(anyOf(at(noon), task({ item: 3 })))).toEqual(
    waitOf({ allOf: [{ anyOf: [at(noon), task({ item: 3 })] }] }),
  );
  expect(waitOf(ended({ taskId: "t" }, { name: "n" }))).toEqual(
    waitOf(task("t", { name: "n", acceptStates: [SUCCEEDED, FAILED, CANCELED], discharged: false })),
  );
});

test.each<[TimeSpan, number]>([
  [250, 250],
  ["250ms", 250],
  ["90s", 90_000],
  ["10m", 600_000],
  ["1.5h", 5_400_000],
  ["7d", 604_800_000],
])("a span of %s is %d ms", (span, ms) => {
  expect(waitOf(after(span))).toEqual(waitOf(after(ms)));
});

test("what is no wait does not compile, and a span that is none is refused where it is written", () => {
  // @ts-expect-error a unit that does not exist
  expect(() => waitOf(after("10 minutes"))).toThrow(RangeError);
  expect(() => waitOf(after("1e3s"))).toThrow(/no span of time/);
  const unused = () => {
    // @ts-expect-error a task is named by its id, its key or its place
    task({ name: "t" });
    // @ts-expect-error a condition has one kind
    waitOf({ name: "nothing" });
    // @ts-expect-error groups are not nested
    anyOf(allOf(after("1s")));
    // @ts-expect-error a moment is a date
    at("2030-01-01");
  };
  expect(unused).toBeTypeOf("function");
});

describe("on a server", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit({ flags: ["--sweep-interval-ms", "100"] });

  test("a task waits for another one by its key, and its handler gets the result", async () => {
    const kit = kitOf();
    const gate = createGate<{ total: number }>();
    const handlers = {
      sales: () => gate.pass(),
      write: (_input: unknown, job: Job) => job.waitResult("sales")?.result ?? null,
    };
    kit.startWorker({ handlers });
    await kit.client.createTask({ type: "sales", idempotencyKey: "sales-monday" });
    const wait = task({ idempotencyKey: "sales-monday" }, { name: "sales" });
    const { taskId, task: made } = await kit.client.createTask({ type: "write", wait });
    expect(made.state).toBe(BLOCKED);
    // What was read can be used again.
    expect(waitOf(made.wait ?? wait)).toEqual(made.wait);
    gate.open({ total: 12 });
    expect(await kit.client.result(taskId)).toEqual({ total: 12 });
  });

  test("items of a batch wait for earlier ones, and one that refers to a later one fails alone", async () => {
    const kit = kitOf();
    const order: string[] = [];
    const step = (_input: unknown, job: Job) => {
      order.push(job.type);
    };
    const worker = kit.startWorker({ handlers: { one: step, two: step, three: step } });
    await worker.heard("connected");
    const created = await kit.client.createTasks([
      { type: "one" },
      { type: "two", wait: task({ item: 0 }) },
      { type: "three", wait: allOf(task({ item: 0 }), task({ item: 1 })) },
      { type: "four", wait: task({ item: 4 }) },
    ]);
    expect(created[3]).toBeInstanceOf(AsyncGateError);
    await kit.client.result((created[2] as Created).taskId);
    expect(order).toEqual(["one", "two", "three"]);
  });

  test("what can no longer come fails the task, or lets it run with what was not met", async () => {
    const kit = kitOf();
    const { taskId: awaited } = await kit.client.createTask({ type: "canceled" });
    const failing = await kit.client.createTask({ type: "unmet", wait: task(awaited) });
    const wait = { ...allOf(task(awaited, { name: "it" }), after(0)), onImpossible: OnImpossible.RUN };
    const running = await kit.client.createTask({ type: "unmet", wait });
    await kit.client.cancelTask(awaited);
    const { outcome } = await kit.client.awaitTask(failing.taskId);
    expect(outcome?.terminalReason).toBe(TerminalReason.DEPENDENCY_FAILED);
    const handlers = {
      unmet: (_input: unknown, { waitResults }: Job) =>
        waitResults.map(({ name, status, taskState = 0 }) => ({ name, status, taskState })),
    };
    kit.startWorker({ handlers });
    expect(await kit.client.result(running.taskId)).toEqual([
      { name: "it", status: "impossible", taskState: CANCELED },
      { name: "", status: "met", taskState: 0 },
    ]);
  });
});
