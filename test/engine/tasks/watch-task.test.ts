// WatchTask by scenario: a snapshot, then every change in order, once.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  WatchTaskRequestSchema,
  type WatchTaskResponse,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import {
  cancel,
  chain,
  claim,
  complete,
  createTask,
  fail,
  granted,
  held,
  ms,
  openScenario,
  progress,
  read,
  type Scenario,
  start,
  wordOf,
} from "../../helpers/scenario.ts";

/** No poller runs here: only a hint, or the end of the wait, wakes a waiting caller. */
const hintsOnly = { oneServer: true };

/** A watcher that is asked for one message at a time. */
function watch(s: Scenario, taskId: string, afterVersion = 0n, by = s.agent) {
  const gone = new AbortController();
  const request = create(WatchTaskRequestSchema, { taskId, afterVersion });
  const messages = s.operations.watchTask(by, request, gone.signal)[Symbol.asyncIterator]();
  return {
    async next(): Promise<WatchTaskResponse> {
      const { value, done } = await messages.next();
      if (done) throw new Error("the stream has ended");
      return value;
    },
    hasEnded: async () => (await messages.next()).done === true,
    async stop() {
      gone.abort();
      await messages.return?.();
    },
  };
}

const typesOf = ({ receipts }: WatchTaskResponse) => receipts.map(({ type }) => wordOf(ReceiptType, type));

test("a watcher sees a snapshot, then every change in order, and the stream ends after the terminal one", async () => {
  const s = await openScenario(hintsOnly);
  const { taskId } = await createTask(s);
  const watcher = watch(s, taskId);
  const seen = [await watcher.next()];
  const step = async (change: Promise<object>) => {
    const pending = watcher.next();
    granted(await change);
    seen.push(await pending);
  };
  const steps: (() => Promise<object>)[] = [
    async () => {
      leased = await claim(s);
      return leased;
    },
    () => start(s, leased),
    () => progress(s, leased, { progress: { percent: 10 } }),
    () => cancel(s, taskId, { gracePeriod: ms(9_000) }),
    () => complete(s, leased),
  ];
  let leased = {} as Awaited<ReturnType<typeof claim>>;
  for (const change of steps) await step(change());
  expect(seen.map((message) => [message.task?.version, ...typesOf(message)])).toEqual([
    [1n, "TASK_ASSIGNED"],
    [2n, "TASK_ACCEPTED"],
    [3n, "TASK_STARTED"],
    [4n],
    [5n],
    [6n, "TASK_COMPLETED", "TASK_RESULT_READY"],
  ]);
  expect(seen[3]?.task?.progress?.percent).toBe(10);
  expect(seen[4]?.task?.cancelRequested).toBe(true);
  expect(seen.at(-1)?.task).toEqual(await read(s, taskId));
  expect(await watcher.hasEnded()).toBe(true);
});

test("a watcher that was cut off gets every change since the version it saw, in order, and none twice", async () => {
  const s = await openScenario(hintsOnly);
  const leased = await held(s);
  const { taskId } = leased.task;
  const first = watch(s, taskId);
  const snapshot = await first.next();
  expect(typesOf(snapshot)).toEqual(["TASK_ASSIGNED", "TASK_ACCEPTED"]);
  await first.stop();
  granted(await start(s, leased));
  granted(await progress(s, leased, { receipted: true }));
  granted(await fail(s, leased, { retryAfter: ms(0) }));
  const second = watch(s, taskId, snapshot.task?.version);
  const missed = await second.next();
  expect(typesOf(missed)).toEqual(["TASK_STARTED", "TASK_PROGRESS", "TASK_RETRY_SCHEDULED"]);
  const pending = second.next();
  const again = await claim(s);
  expect(typesOf(await pending)).toEqual(["TASK_ACCEPTED"]);
  const end = second.next();
  granted(await complete(s, again));
  const all = [snapshot, missed, await end].flatMap(({ receipts }) => receipts.map(({ sequence }) => sequence));
  expect(all).toEqual([1n, 2n, 3n, 4n, 5n, 7n, 8n]);
  expect(await second.hasEnded()).toBe(true);
  const wholeAgain = watch(s, taskId, 0n);
  expect((await wholeAgain.next()).receipts).toEqual(await chain(s, taskId));
  expect(await wholeAgain.hasEnded()).toBe(true);
});

test("changes that came faster than the watcher reads are sent together, each receipt once", async () => {
  const s = await openScenario(hintsOnly);
  const { taskId } = await createTask(s);
  const watcher = watch(s, taskId);
  await watcher.next();
  const leased = await claim(s);
  for (const percent of [1, 2, 3]) granted(await progress(s, leased, { progress: { percent } }));
  granted(await complete(s, leased));
  const rest = await watcher.next();
  expect(rest.task).toMatchObject({ state: TaskState.SUCCEEDED, progress: { percent: 3, sequence: 3n } });
  expect(rest.receipts.map(({ sequence }) => sequence)).toEqual([2n, 3n, 4n, 5n]);
  expect(await watcher.hasEnded()).toBe(true);
});

test("a watcher that has seen the end gets the task as it stands, and the stream ends", async () => {
  const s = await openScenario(hintsOnly);
  const { taskId } = granted(await complete(s, await held(s)));
  const watcher = watch(s, taskId, (await read(s, taskId)).version);
  expect(await watcher.next()).toMatchObject({ task: { state: TaskState.SUCCEEDED }, receipts: [] });
  expect(await watcher.hasEnded()).toBe(true);
});

test("a watcher that goes away leaves nothing behind, and a stranger sees no task", async () => {
  const s = await openScenario(hintsOnly);
  const { taskId } = await createTask(s);
  const watcher = watch(s, taskId);
  await watcher.next();
  const pending = watcher.hasEnded();
  await watcher.stop();
  expect(await pending).toBe(true);
  const elsewhere = (await s.makeTenant()).caller("human", "olga");
  for (const by of [s.worker, elsewhere]) {
    await expect(watch(s, taskId, 0n, by).next()).rejects.toMatchObject({
      refusal: { reason: ErrorReason.TASK_NOT_FOUND },
    });
  }
});
