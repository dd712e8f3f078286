// HandOff, and tasks that only one principal may lease, by scenario.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ClaimTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import { openTestEngine } from "../../helpers/engine.ts";
import { damage } from "../../helpers/ledger-scenario.ts";
import { patience } from "../../helpers/patience.ts";
import {
  afterMs,
  broken,
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createOne,
  createTask,
  everything,
  expectDoneOnce,
  expectExpired,
  expectFencedOff,
  expectNotHolder,
  fail,
  granted,
  handOff,
  held,
  json,
  lose,
  openScenario,
  read,
  refused,
  release,
  result,
  type Scenario,
  start,
  story,
  suspend,
  waitFor,
} from "../../helpers/scenario.ts";

const { QUEUED, CANCELED, SUCCEEDED } = TaskState;
const rita = { kind: PrincipalKind.WORKER, id: "rita" };
const wanda = { kind: PrincipalKind.WORKER, id: "wanda" };
const pdf = { kind: "pdf", uri: "s3://b/draft.pdf" };
const anywhere = { queues: ["default", "review"], capabilities: ["gpu", "french"] };

const toReview = { to: { queue: "review" } };
test("law 2: a stale worker hands nothing off", () => expectFencedOff((s, leased) => handOff(s, leased, toReview)));
test("law 2: a lease that has run out is not handed off", () =>
  expectExpired((s, leased) => handOff(s, leased, { to: { queue: "default" } })));
test("law 2: a token of another worker's lease hands nothing off", () =>
  expectNotHolder((s, leased) => handOff(s, leased, toReview)));

test("law 4: the next principal gets note, references and checkpoint, and nothing is counted", async () => {
  const s = await openScenario();
  const leased = await held(s);
  await start(s, leased);
  const request = { to: { principal: rita }, note: "page 2 is left", refs: [pdf], checkpoint: json('{"page":2}') };
  const done = granted(await handOff(s, leased, request));
  expect(done.state).toBe(QUEUED);
  const task = await read(s, leased.task.taskId);
  expect(task).toMatchObject({
    state: QUEUED,
    attempt: 1,
    leaseLosses: 0,
    deliveries: 1,
    queue: "default",
    handOff: { from: wanda, addressee: rita, queue: "default", note: "page 2 is left", refs: [pdf] },
  });
  expect(task.handOff?.receiptId).toBe(done.receiptId);
  expect((await chain(s, task.taskId)).at(-1)).toMatchObject({
    receiptId: done.receiptId,
    from: wanda,
    to: rita,
    parents: [leased.acceptedReceiptId],
    body: { body: { case: "taskHandedOff", value: { note: "page 2 is left", addressee: rita } } },
  });
  expect(await claimAll(s)).toEqual([]);
  const next = await claim(s, {}, s.rival);
  expect(next).toMatchObject({
    handOff: { from: wanda, note: "page 2 is left", refs: [pdf], receiptId: done.receiptId },
    task: { taskId: task.taskId, checkpoint: json('{"page":2}'), attempt: 1, deliveries: 2 },
  });
  granted(await complete(s, next, result, s.rival));
  expect(await story(s, task.taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_STARTED",
    "TASK_HANDED_OFF",
    "TASK_ACCEPTED",
    "TASK_COMPLETED",
    "TASK_RESULT_READY",
  ]);
});

test("a task goes to another queue or to other capabilities, and the receipt to its owner", async () => {
  const s = await openScenario();
  const leased = await held(s, { requirements: { capabilities: [] } });
  const { taskId } = leased.task;
  granted(await handOff(s, leased, { to: { queue: "review", requirements: { capabilities: ["french"] } } }));
  expect((await chain(s, taskId)).at(-1)?.to).toMatchObject({ id: "alice" });
  expect(await claimAll(s, { queues: ["default"], capabilities: ["french"] })).toEqual([]);
  expect(await claimAll(s, { queues: ["review"] })).toEqual([]);
  const second = await claim(s, { queues: ["review"], capabilities: ["french"] });
  // What is not named stays.
  granted(await handOff(s, second, { to: { queue: "default" } }));
  expect(await claimAll(s, { queues: ["default"] })).toEqual([]);
  expect((await claim(s, { queues: ["default"], capabilities: ["french"] })).handOff).toMatchObject({ note: "" });
});

test("where a task was handed to holds after a failure, a loss, a release and a wait", async () => {
  const s = await openScenario();
  const leased = await held(s, { retry: { initialInterval: { seconds: 0n, nanos: 1_000_000 } } });
  granted(await handOff(s, leased, { to: { principal: rita, queue: "review" }, note: "yours" }));
  const again = async () => {
    expect(await claimAll(s, anywhere)).toEqual([]);
    const next = await claim(s, { queues: ["review"] }, s.rival);
    expect(next.handOff).toMatchObject({ note: "yours", queue: "review" });
    return next;
  };
  await fail(s, await again(), { error: broken }, s.rival);
  s.clock.advance(1_000);
  await again();
  await lose(s);
  await release(s, await again(), {}, s.rival);
  await suspend(s, await again(), { wait: waitFor(afterMs(1_000)) }, s.rival);
  s.clock.advance(1_000);
  await s.operations.sweep(new AbortController().signal);
  await again();
});

test("a task for one principal is for any worker again when it is handed to a queue", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s, { addressee: wanda });
  expect(await claimAll(s, {}, s.rival)).toEqual([]);
  const leased = await claim(s);
  granted(await handOff(s, leased, { to: { queue: "review" } }));
  expect((await claim(s, { queues: ["review"] }, s.rival)).task.taskId).toBe(taskId);
});

test("naming a principal as a capability opens nothing", async () => {
  const s = await openScenario();
  await createTask(s, { addressee: rita });
  for (const capability of ["worker:rita", "addressee:worker:rita", "rita"]) {
    expect(await claimAll(s, { capabilities: [capability] })).toEqual([]);
  }
  expect(await claimAll(s, {}, s.rival)).toHaveLength(1);
});

test("an addressee gets what it can do, and must offer what the task requires", async () => {
  const s = await openScenario();
  await createTask(s, { addressee: rita, requirements: { capabilities: ["gpu"] }, queue: "review" });
  expect(await claimAll(s, { queues: ["review"] }, s.rival)).toEqual([]);
  expect(await claimAll(s, { capabilities: ["gpu"] }, s.rival)).toEqual([]);
  expect(await claimAll(s, { queues: ["review"], capabilities: ["gpu"] }, s.rival)).toHaveLength(1);
});

test("many tasks of one principal leave no other claim of the same kind short", async () => {
  const s = await openScenario({ oneServer: true });
  for (let count = 0; count < 30; count += 1) await createTask(s, { addressee: rita, priority: 9 });
  for (let count = 0; count < 5; count += 1) await createTask(s);
  const request = (maxTasks: number) => create(ClaimTasksRequestSchema, { maxTasks });
  const [ofRita, ofWanda] = await Promise.all([
    s.operations.claimTasks(s.rival, request(3)),
    s.operations.claimTasks(s.worker, request(5)),
  ]);
  expect(ofRita.every(({ task }) => task.addressee?.id === "rita")).toBe(true);
  expect([ofRita.length, ofWanda.length]).toEqual([3, 5]);
});

test("a worker that waits is granted what is created for it, and no other is", async () => {
  const s = await openScenario({ oneServer: true });
  const waiting = (by: Scenario["worker"]) => {
    const request = create(ClaimTasksRequestSchema, { wait: { seconds: 20n, nanos: 0 } });
    return s.operations.claimTasksWaiting(by, request, new AbortController().signal);
  };
  const [ofWanda, ofRita] = [waiting(s.worker), waiting(s.rival)];
  const { taskId } = await createTask(s, { addressee: rita });
  expect((await ofRita)[0]?.task.taskId).toBe(taskId);
  const other = await createTask(s);
  expect((await ofWanda)[0]?.task.taskId).toBe(other.taskId);
});

test(
  "law 16: a worker that waits elsewhere finds by itself what is handed to it",
  async () => {
    const s = await openScenario({ oneServer: true });
    const leased = await held(s);
    const { databaseUrl } = s.database;
    const other = await openTestEngine({ databaseUrl, clock: s.clock, oneServer: true, pollsWaits: true });
    const request = create(ClaimTasksRequestSchema, { wait: { seconds: 30n, nanos: 0 } });
    const waits = other.operations.claimTasksWaiting(s.rival, request, new AbortController().signal);
    granted(await handOff(s, leased, { to: { principal: rita } }));
    expect((await waits)[0]?.task.taskId).toBe(leased.task.taskId);
  },
  patience.timeout * 2,
);

test("law 5: a repeated hand-off is done once, also after the task has moved on", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const call = () => handOff(s, leased, { to: { principal: rita }, note: "n", requestId: "r" });
  const first = await expectDoneOnce(s, call);
  const next = await claim(s, {}, s.rival);
  granted(await complete(s, next, result, s.rival));
  expect(await call()).toEqual(first);
  await refused(handOff(s, leased, { to: { principal: rita }, requestId: "r" }), ErrorReason.IDEMPOTENCY_CONFLICT);
});

test("a task whose cancellation was requested is canceled instead", async () => {
  const s = await openScenario();
  const leased = await held(s);
  await cancel(s, leased.task.taskId, { gracePeriod: { seconds: 60n, nanos: 0 } });
  expect(granted(await handOff(s, leased, toReview)).state).toBe(CANCELED);
});

test("a hand-off without what its outcome must have is refused, and the lease stays", async () => {
  const s = await openScenario();
  const leased = await held(s, { expectedOutcome: { required: [{ kind: "pdf" }], enforce: true } });
  const before = await everything(s);
  await refused(handOff(s, leased, toReview), ErrorReason.OUTCOME_INCOMPLETE);
  expect(await everything(s)).toEqual(before);
  granted(await handOff(s, leased, { ...toReview, refs: [pdf] }));
  const next = await claim(s, anywhere);
  await refused(complete(s, next, result), ErrorReason.OUTCOME_INCOMPLETE);
  granted(await complete(s, next, { artifacts: [pdf] }));
  expect((await read(s, leased.task.taskId)).state).toBe(SUCCEEDED);
});

test("a hand-off to none, and tasks for the service, are refused", async () => {
  const s = await openScenario();
  const leased = await held(s);
  await refused(handOff(s, leased, { to: {} }), ErrorReason.INVALID_ARGUMENT);
  const service = { kind: PrincipalKind.SERVICE, id: "asyncgate" };
  await refused(handOff(s, leased, { to: { principal: service } }), ErrorReason.INVALID_ARGUMENT);
  await refused(createOne(s, { addressee: service }), ErrorReason.INVALID_ARGUMENT);
  const refs = Array.from({ length: 101 }, () => pdf);
  await refused(handOff(s, leased, { ...toReview, refs }), ErrorReason.LIMIT_EXCEEDED);
});

test("the ledger check finds a stored hand-off that is not the one on record", async () => {
  const s = await openScenario({ ledgerMayDiffer: true });
  const leased = await held(s);
  granted(await handOff(s, leased, { to: { principal: rita }, note: "n" }));
  expect((await checkLedger(s.engine)).differences).toEqual([]);
  await damage(s.database.databaseUrl, "update note set hand_off = null");
  expect((await checkLedger(s.engine)).differences).toMatchObject([
    { what: "the stored hand-off is not the last one on record" },
  ]);
});

test("another tenant's principal of the same name gets nothing", async () => {
  const s = await openScenario();
  const other = await s.makeTenant();
  const namesake = other.caller("worker", "rita");
  await createTask(s, { addressee: rita });
  expect(await claimAll(s, {}, namesake)).toEqual([]);
  expect(await claimAll(s, {}, s.rival)).toHaveLength(1);
});
