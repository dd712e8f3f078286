// Names by scenario: at most one live task of a tenant bears a name, calls find it by that, and its end frees it.
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { CreateAs } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnImpossible, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { OnNameTaken } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import { refused } from "../../helpers/ledger-scenario.ts";
import {
  afterMs,
  broken,
  type CreateInit,
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createAll,
  createOne,
  createTask,
  everything,
  fail,
  granted,
  held,
  inMs,
  lose,
  minuteMs,
  ms,
  onTask,
  read,
  type Scenario,
  secondMs,
  story,
  suspend,
  ttlMs,
  waitFor,
} from "../../helpers/scenario.ts";
import { child, openTree } from "../children/scenes.ts";

const { ANSWER, REFUSE, REPLACE } = OnNameTaken;
const { BLOCKED, CANCELED, FAILED, QUEUED, SUCCEEDED } = TaskState;
const nightly = { name: "reports/nightly" };
const byName = "name:reports/nightly";

/** The id of the live task of the name, as the operator finds it. */
async function bearer(s: Scenario, idOrName = byName): Promise<string | undefined> {
  try {
    return (await s.operations.getTask(s.operator, { taskId: idOrName })).taskId;
  } catch {
    return undefined;
  }
}

async function facts(creation: Promise<object>) {
  return (await refused(creation, ErrorReason.NAME_TAKEN)).facts?.value;
}

test("law 28: a name has one live task, and a second creation is refused with its id", async () => {
  const s = await openTree();
  const task = await createTask(s, nightly);
  expect(task.name).toBe("reports/nightly");
  const before = await everything(s);
  expect(await facts(createOne(s, nightly))).toMatchObject({ name: "reports/nightly", taskId: task.taskId });
  expect(await facts(createOne(s, { ...nightly, onNameTaken: REFUSE }))).toMatchObject({ taskId: task.taskId });
  expect(await everything(s)).toEqual(before);
  await createTask(s, { name: "reports/Nightly" });
  granted(await complete(s, await claim(s)));
  const next = await createTask(s, nightly);
  expect(await bearer(s)).toBe(next.taskId);
});

/** Every way in which a task ends. Each begins with a fresh scene and returns the id of the task, which has ended. */
const ends: Readonly<Record<string, (s: Scenario) => Promise<string>>> = {
  async completed(s) {
    const leased = await held(s, nightly);
    granted(await complete(s, leased));
    return leased.task.taskId;
  },
  async failed(s) {
    const leased = await held(s, { ...nightly, maxAttempts: 1 });
    granted(await fail(s, leased, { error: broken }));
    return leased.task.taskId;
  },
  async "canceled while queued"(s) {
    const { taskId } = await createTask(s, nightly);
    granted(await cancel(s, taskId));
    return taskId;
  },
  async "canceled while held"(s) {
    const leased = await held(s, nightly);
    granted(await cancel(s, leased.task.taskId));
    return leased.task.taskId;
  },
  async "canceled after its grace"(s) {
    const leased = await held(s, nightly);
    granted(await cancel(s, leased.task.taskId, { gracePeriod: ms(secondMs) }));
    s.clock.advance(secondMs);
    await s.sweep();
    return leased.task.taskId;
  },
  async "past its deadline while queued"(s) {
    const { taskId } = await createTask(s, { ...nightly, deadline: inMs(s, secondMs) });
    s.clock.advance(secondMs);
    await s.sweep();
    return taskId;
  },
  async "past its deadline while held"(s) {
    const leased = await held(s, { ...nightly, deadline: inMs(s, secondMs) });
    s.clock.advance(secondMs);
    await s.sweep();
    return leased.task.taskId;
  },
  async "past its start deadline"(s) {
    const { taskId } = await createTask(s, { ...nightly, startDeadline: inMs(s, secondMs) });
    s.clock.advance(secondMs);
    await s.sweep();
    return taskId;
  },
  async "after too many lost leases"(s) {
    const leased = await held(s, { ...nightly, maxLeaseLosses: 1 });
    s.clock.advance(ttlMs);
    await s.sweep();
    const again = (await read(s, leased.task.taskId)).state;
    if (again !== FAILED) {
      s.clock.advance(secondMs);
      await claim(s);
      await lose(s);
    }
    return leased.task.taskId;
  },
  async "with a wait that cannot be met"(s) {
    const { taskId: other } = await createTask(s, { queue: "other" });
    const { taskId } = await createTask(s, { ...nightly, wait: waitFor(onTask(other)) });
    granted(await cancel(s, other));
    return taskId;
  },
  async "in the moment of its creation"(s) {
    const { taskId: other } = await createTask(s, { queue: "other" });
    granted(await cancel(s, other));
    const wait = { ...waitFor(onTask(other)), onImpossible: OnImpossible.CANCEL };
    return (await createTask(s, { ...nightly, wait })).taskId;
  },
  async "with its parent"(s) {
    const parent = await held(s);
    const { taskId } = await child(s, parent, nightly);
    granted(await complete(s, parent));
    await s.sweep();
    return taskId;
  },
  async "by suspending although its owner wants it to end"(s) {
    const leased = await held(s, nightly);
    granted(await cancel(s, leased.task.taskId, { gracePeriod: ms(minuteMs) }));
    granted(await suspend(s, leased, { wait: waitFor(afterMs(minuteMs)) }));
    return leased.task.taskId;
  },
};

test.each(Object.entries(ends))("law 28: a task that ends %s frees its name", async (_way, end) => {
  const s = await openTree();
  const taskId = await end(s);
  expect([SUCCEEDED, FAILED, CANCELED]).toContain((await read(s, taskId)).state);
  expect(await bearer(s)).toBeUndefined();
  expect((await read(s, taskId)).name).toBe("reports/nightly");
  const next = await createTask(s, nightly);
  expect(await bearer(s)).toBe(next.taskId);
  expect((await everything(s))["task_name"]).toHaveLength(1);
});

test("a task keeps its name while it is retried, lost, suspended and paused", async () => {
  const s = await openTree();
  const leased = await held(s, nightly);
  const { taskId } = leased.task;
  granted(await fail(s, leased, { error: broken }));
  expect(await bearer(s)).toBe(taskId);
  s.clock.advance(minuteMs);
  await claim(s);
  await lose(s);
  expect(await bearer(s)).toBe(taskId);
  s.clock.advance(minuteMs);
  granted(await suspend(s, await claim(s), { wait: waitFor(afterMs(minuteMs)) }));
  expect((await read(s, taskId)).state).toBe(BLOCKED);
  expect(await facts(createOne(s, nightly))).toMatchObject({ taskId });
});

test("a creation may be answered with the task that bears the name", async () => {
  const s = await openTree();
  const wanted = { ...nightly, onNameTaken: ANSWER };
  const [first] = await createAll(s, [wanted], "one");
  expect(granted(first)).toMatchObject({ existed: false });
  const before = await everything(s);
  const [second] = await createAll(s, [{ ...wanted, type: "other" }]);
  const { taskId } = granted(first).task;
  expect(granted(second)).toMatchObject({ existed: true, task: { taskId, type: "t", state: QUEUED } });
  expect(await everything(s)).toEqual(before);
  // A caller that may not read it is not answered with it.
  const stranger = s.tenant.caller("agent", "eve");
  expect(await facts(createOne(s, wanted, stranger))).toMatchObject({ name: "reports/nightly", taskId: "" });
  // What was answered once is answered again, whatever bears the name by then.
  const [asked] = await createAll(s, [wanted], "two");
  expect(granted(asked).task.taskId).toBe(taskId);
  granted(await cancel(s, taskId));
  await createTask(s, nightly);
  const [again] = await createAll(s, [wanted], "two");
  expect(granted(again)).toMatchObject({ existed: true, task: { taskId, state: CANCELED } });
});

test("a creation may replace the task that bears the name, in one transaction", async () => {
  const s = await openTree();
  const leased = await held(s, nightly);
  const replacing = { ...nightly, onNameTaken: REPLACE };
  const [answer] = await createAll(s, [replacing], "r");
  const { taskId } = granted(answer).task;
  const old = await read(s, leased.task.taskId);
  expect(old).toMatchObject({ state: CANCELED });
  expect(await story(s, old.taskId)).toContain("TASK_CANCELED");
  expect(await bearer(s)).toBe(taskId);
  await refused(complete(s, leased), ErrorReason.INVALID_TRANSITION);
  // Repeated, the call replaces nothing.
  const [again] = await createAll(s, [replacing], "r");
  expect(granted(again)).toMatchObject({ existed: true, task: { taskId, state: QUEUED } });
  const [keyed] = await createAll(s, [{ ...replacing, idempotencyKey: "k" }]);
  expect((await read(s, taskId)).state).toBe(CANCELED);
  const [same] = await createAll(s, [{ ...replacing, idempotencyKey: "k" }]);
  expect(granted(same)).toMatchObject({ existed: true, task: { taskId: granted(keyed).task.taskId, state: QUEUED } });
});

test("nothing is replaced by a task that is refused, or by a caller that may not cancel", async () => {
  const s = await openTree();
  const lost = await held(s);
  granted(await complete(s, lost));
  const { taskId } = await createTask(s, nightly);
  const replacing = { ...nightly, onNameTaken: REPLACE };
  const afterwards = await everything(s);
  const wanda = s.tenant.caller("worker", "wanda", [Role.EXECUTOR, Role.OPERATOR]);
  const late = createOne(s, { ...replacing, under: lost.lease.token }, wanda);
  await refused(late, ErrorReason.INVALID_TRANSITION);
  await refused(
    createOne(s, { ...replacing, wait: waitFor(onTask("0198aaaa-0000-7000-8000-000000000000")) }),
    ErrorReason.TASK_NOT_FOUND,
  );
  expect(await facts(createOne(s, replacing, s.tenant.caller("agent", "eve")))).toMatchObject({ taskId: "" });
  expect(await everything(s)).toEqual(afterwards);
  const boss = s.tenant.caller("human", "olga", [Role.TASKER, Role.OPERATOR]);
  const batch = [{ ...replacing, under: lost.lease.token }, { name: "neighbour" }];
  const [again, neighbour] = await createAll(s, batch, "", wanda);
  expect(again && isRefusal(again) && again.reason).toBe(ErrorReason.INVALID_TRANSITION);
  granted(neighbour);
  expect((await read(s, taskId)).state).toBe(QUEUED);
  granted(await createOne(s, replacing, boss));
  expect((await read(s, taskId)).state).toBe(CANCELED);
});

test("items of one batch with one name: the first bears it", async () => {
  const s = await openTree();
  const onThird = { condition: { case: "task", value: { of: { case: "item", value: 2 } } } } as const;
  const batch = [
    nightly,
    nightly,
    { ...nightly, onNameTaken: ANSWER },
    { ...nightly, onNameTaken: REPLACE },
    { name: "other", wait: waitFor(onThird) },
  ];
  const [first, second, third, fourth, other] = await createAll(s, batch, "batch");
  const { taskId } = granted(first).task;
  for (const one of [second, fourth]) {
    expect(one && isRefusal(one) && one.facts?.value).toEqual({ name: "reports/nightly", taskId });
  }
  expect(granted(third)).toMatchObject({ existed: true, task: { taskId } });
  expect(granted(other).task.state).toBe(BLOCKED);
  granted(await complete(s, await claim(s)));
  expect((await read(s, granted(other).task.taskId)).state).toBe(QUEUED);
  // Repeated, what was refused is tried again: the name is free now.
  const again = await createAll(s, batch, "batch");
  expect(again.map((one) => (isRefusal(one) ? "refused" : one.existed))).toEqual([true, false, true, "refused", true]);
  const repeated = await createAll(s, batch, "batch");
  expect(repeated.map((one) => (isRefusal(one) ? "refused" : one.task.taskId))).toEqual(
    again.map((one) => (isRefusal(one) ? "refused" : one.task.taskId)),
  );
});

test("calls for one name that come together are decided one after the other", async () => {
  const s = await openTree();
  const replacing = { ...nightly, onNameTaken: REPLACE };
  const answers = await Promise.all(Array.from({ length: 5 }, () => createOne(s, replacing)));
  const states = await Promise.all(answers.map(async (one) => (await read(s, granted(one).task.taskId)).state));
  expect(states.filter((state) => state === QUEUED)).toHaveLength(1);
  expect(states.filter((state) => state === CANCELED)).toHaveLength(4);
});

test("a name passes on in the transaction that ends its bearer, and otherwise not", async () => {
  const s = await openTree();
  const leased = await held(s, nightly);
  const wait = waitFor(afterMs(minuteMs));
  // A suspended task keeps it: for children and for next tasks alike.
  for (const as of [CreateAs.CHILD, CreateAs.NEXT]) {
    const create = [{ task: { type: "t", ...nightly }, as }];
    const refusal = await refused(suspend(s, leased, { create, wait }), ErrorReason.NAME_TAKEN);
    expect(refusal).toMatchObject({ item: "create[0]", facts: { value: { taskId: leased.task.taskId } } });
  }
  const two = [
    { type: "t", ...nightly },
    { type: "u", ...nightly },
  ];
  const twice = await refused(complete(s, leased, { next: two }), ErrorReason.NAME_TAKEN);
  expect(twice.item).toBe("next[1]");
  expect(await bearer(s)).toBe(leased.task.taskId);
  const answering = [{ type: "t", ...nightly, onNameTaken: ANSWER }];
  await refused(complete(s, leased, { next: answering }), ErrorReason.INVALID_ARGUMENT);
  const done = granted(await complete(s, leased, { next: [{ type: "t", ...nightly }] }));
  const [next] = done.next;
  expect(await bearer(s)).toBe(next?.taskId);
  expect((await chain(s, next?.taskId ?? ""))[0]?.parents).toEqual([done.receiptId]);
  expect(granted(await complete(s, leased, { next: [{ type: "t", ...nightly }] })).next).toEqual(done.next);
});

test("a name that another task bears is not for next tasks", async () => {
  const s = await openTree();
  await createTask(s, { ...nightly, queue: "other" });
  const leased = await held(s, { obligated: { kind: PrincipalKind.WORKER, id: "wanda" } });
  const refusal = await refused(complete(s, leased, { next: [{ type: "t", ...nightly }] }), ErrorReason.NAME_TAKEN);
  // The holder may not read that task.
  expect(refusal).toMatchObject({ item: "next[0]", facts: { value: { name: "reports/nightly", taskId: "" } } });
});

test("names of tenants are apart", async () => {
  const s = await openTree();
  const { taskId } = await createTask(s, nightly);
  const other = await s.makeTenant();
  const bob = other.caller("agent", "bob", [Role.TASKER, Role.OPERATOR]);
  await refused(s.operations.getTask(bob, { taskId: byName }), ErrorReason.TASK_NOT_FOUND);
  granted(await createOne(s, { ...nightly, onNameTaken: REPLACE }, bob));
  expect((await read(s, taskId)).state).toBe(QUEUED);
});

test("repeated creations find their task whatever its name, and their key decides before the name", async () => {
  const s = await openTree();
  const keyed: CreateInit = { ...nightly, idempotencyKey: "k" };
  const { taskId } = await createTask(s, keyed);
  const [again, twin] = await createAll(s, [keyed, keyed]);
  expect(granted(again)).toMatchObject({ existed: true, task: { taskId } });
  expect(granted(twin)).toMatchObject({ existed: true, task: { taskId } });
  await refused(createOne(s, { ...keyed, type: "other" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  granted(await cancel(s, taskId));
  expect(granted(await createOne(s, keyed))).toMatchObject({ existed: true, task: { taskId, state: CANCELED } });
  const twins = { name: "twins", idempotencyKey: "t" };
  const [one, two] = await createAll(s, [twins, twins]);
  expect([granted(one).existed, granted(two).existed]).toEqual([false, true]);
  expect(await claimAll(s, { maxTasks: 10 })).toHaveLength(1);
});

test("what to do about a taken name is said with a name only", async () => {
  const s = await openTree();
  await refused(createOne(s, { onNameTaken: ANSWER }), ErrorReason.INVALID_ARGUMENT);
  await refused(createOne(s, { onNameTaken: REFUSE }), ErrorReason.INVALID_ARGUMENT);
});
