// Calls that take a name in place of an id, and lists by name.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema, OnNameTaken } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { refused } from "../../helpers/ledger-scenario.ts";
import {
  cancel,
  complete,
  createTask,
  granted,
  held,
  ms,
  openScenario,
  read,
  waitFor,
} from "../../helpers/scenario.ts";
import { onSignal, send, toTask } from "../../helpers/signals.ts";
import { openTree } from "../children/scenes.ts";

const { REPLACE } = OnNameTaken;
const { CANCELED, QUEUED } = TaskState;
const nightly = { name: "reports/nightly" };
const byName = "name:reports/nightly";

test("calls take a name in place of an id", async () => {
  const s = await openTree();
  const { taskId } = await createTask(s, nightly);
  const { operations, agent } = s;
  const never = new AbortController().signal;
  expect(await operations.getTask(agent, { taskId: byName })).toMatchObject({ taskId });
  expect(await operations.awaitTask(agent, { taskId: byName, wait: ms(0) }, never)).toMatchObject({ taskId });
  expect((await operations.getTaskTree(agent, { taskId: byName, most: 0 })).nodes).toMatchObject([{ taskId }]);
  for await (const news of operations.watchTask(agent, { taskId: byName, afterVersion: 0n } as never, never)) {
    expect(news.task?.taskId).toBe(taskId);
    break;
  }
  const canceled = granted(await cancel(s, byName, { requestId: "c" }));
  expect(canceled.task).toMatchObject({ taskId, state: CANCELED });
  const next = await createTask(s, nightly);
  // Repeated, it means the task that it meant before.
  expect(granted(await cancel(s, byName, { requestId: "c" }))).toEqual(canceled);
  expect((await read(s, next.taskId)).state).toBe(QUEUED);
});

test("a name that no live task bears is not found, nor one of a task that the caller may not read", async () => {
  const s = await openTree();
  const never = new AbortController().signal;
  const { taskId } = await createTask(s, nightly);
  granted(await cancel(s, taskId));
  const gone = await refused(s.operations.getTask(s.agent, { taskId: byName }), ErrorReason.TASK_NOT_FOUND);
  expect(gone.message).toContain("ListTasks");
  await createTask(s, nightly);
  const eve = s.tenant.caller("agent", "eve");
  const hidden = await refused(s.operations.getTask(eve, { taskId: byName }), ErrorReason.TASK_NOT_FOUND);
  expect(hidden).toEqual(gone);
  await refused(s.operations.awaitTask(eve, { taskId: byName }, never), ErrorReason.TASK_NOT_FOUND);
  await refused(s.operations.getTaskTree(eve, { taskId: byName, most: 0 }), ErrorReason.TASK_NOT_FOUND);
  await refused(cancel(s, byName, {}, eve), ErrorReason.TASK_NOT_FOUND);
});

test("a list by name has all that have borne it, newest first", async () => {
  const s = await openTree();
  const first = await held(s, nightly);
  const { next } = granted(await complete(s, first, { next: [{ type: "t", ...nightly }] }));
  const last = await createTask(s, { ...nightly, onNameTaken: REPLACE, type: "u" });
  await createTask(s, { name: "other" });
  const list = async (request: object) => {
    const { tasks } = await s.operations.listTasks(s.agent, create(ListTasksRequestSchema, request));
    return tasks.map(({ taskId }) => taskId);
  };
  const all = [last.taskId, next[0]?.taskId, first.task.taskId];
  expect(await list(nightly)).toEqual(all);
  expect(await list({ ...nightly, states: [QUEUED] })).toEqual([last.taskId]);
  expect(await list({ ...nightly, type: "t" })).toEqual(all.slice(1));
  expect(await list({ ...nightly, pageSize: 1 })).toEqual([last.taskId]);
});

test("a signal finds the task by its name, and repeated it is the one of before", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s, { ...nightly, wait: waitFor(onSignal()) });
  const sent = granted(await send(s, toTask(byName), { requestId: "s" }));
  expect(sent.takenByTaskId).toBe(taskId);
  granted(await cancel(s, taskId));
  expect(granted(await send(s, toTask(byName), { requestId: "s" }))).toEqual(sent);
  await refused(send(s, toTask(byName), { requestId: "t" }), ErrorReason.TASK_NOT_FOUND);
  await createTask(s, nightly);
  await refused(send(s, toTask(byName), {}, s.tenant.caller("agent", "eve")), ErrorReason.TASK_NOT_FOUND);
});
