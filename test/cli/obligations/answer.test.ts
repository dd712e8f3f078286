// `asyncgate obligations answer`: a person sees the question and answers it, on a terminal or by flags.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { obligationsAnswer } from "../../../src/cli/obligations/answer.ts";
import { bearer, openEngineServer } from "../../rpc/engine-server.ts";
import { runCommand } from "../terminal.ts";

const options = [{ value: "yes", label: "Yes", description: "at once" }, { value: "no" }];
const simple = { title: "Deploy?", text: "All tests pass.\nNow?", context: '{"version":"1.4"}', options };
const formed = { title: "How much?", answerSchema: '{"type":"object","required":["usd"]}' };

async function open() {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const tenantId = await makeTenant("acme");
  const [tasker, worker] = [await makeKey(tenantId, Role.TASKER), await makeKey(tenantId, Role.WORKER)];
  const transport = createGrpcTransport({ baseUrl: url });
  const tasks = createClient(TaskService, transport);
  const leases = createClient(LeaseService, transport);
  return {
    environment: { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: tasker },
    async ask(question: typeof simple | typeof formed) {
      await tasks.createTask({ type: "t" }, bearer(tasker));
      const { tasks: leased } = await leases.claimTasks({}, bearer(worker));
      const leaseToken = leased[0]?.lease?.token ?? "";
      const { taskId, receiptId } = await leases.requestInput(
        { leaseToken, question, notTheAsker: false },
        bearer(worker),
      );
      return { taskId, inputId: receiptId };
    },
    stateOf: async (taskId: string) => (await tasks.getTask({ taskId }, bearer(tasker))).task?.state,
  };
}

test("an id that stands for no question is said to be none", async () => {
  const { environment } = await open();
  const id = "00000000-0000-7000-8000-000000000000";
  const answered = runCommand(obligationsAnswer, [id, "--answer", "yes"], environment);
  await expect(answered).rejects.toThrow(`there is no question ${id}, and no open one of a task with this id`);
});

test("on a terminal the oldest question is shown and asked, until an answer is taken", async () => {
  const { environment, ask, stateOf } = await open();
  const first = await ask(simple);
  const second = await ask(formed);
  const one = await runCommand(obligationsAnswer, [], environment, ["maybe", "2"]);
  expect(one.printed).toContain("Deploy?\n\nAll tests pass.\nNow?\n\nasked by ");
  expect(one.printed).toContain('context:\n{\n  "version": "1.4"\n}');
  expect(one.printed).toContain("  1  yes  Yes: at once\n  2  no");
  expect(one.said).toContain('answer must be one of "yes", "no"');
  expect(one.printed).toContain("it is on record, and the task is QUEUED");
  expect(await stateOf(first.taskId)).toBe(TaskState.QUEUED);
  // What is left open stays so.
  await runCommand(obligationsAnswer, [], environment, [""]);
  expect(await stateOf(second.taskId)).toBe(TaskState.INPUT_REQUIRED);
  const two = await runCommand(obligationsAnswer, [], environment, ["decline no money left"]);
  expect(two.printed).toContain("How much?");
  expect(two.printed).toContain("on record");
  expect((await runCommand(obligationsAnswer, [], environment, [])).said).toBe("there is no open question");
});

test("without a terminal flags answer, and without flags the question is only shown", async () => {
  const { environment, ask, stateOf } = await open();
  const first = await ask(simple);
  const second = await ask(formed);
  const only = await runCommand(obligationsAnswer, [], environment);
  expect(only.said).toBe("answer with --answer, or decline with --decline and a reason");
  const unnamed = runCommand(obligationsAnswer, ["--answer", "yes"], environment);
  await expect(unnamed).rejects.toThrow(`the oldest is ${first.inputId} of the task ${first.taskId}`);
  await runCommand(obligationsAnswer, [first.taskId, "--answer", "yes"], environment);
  expect(await stateOf(first.taskId)).toBe(TaskState.QUEUED);
  const late = runCommand(obligationsAnswer, [first.inputId, "--decline", "no"], environment);
  await expect(late).rejects.toThrow("no longer open: it was answered by");
  await expect(runCommand(obligationsAnswer, [second.inputId, "--answer", "{}"], environment)).rejects.toThrow("usd");
  const json = await runCommand(obligationsAnswer, [second.inputId, "--answer", '{"usd":5}', "--json"], environment);
  expect(JSON.parse(json.printed)).toMatchObject({ task_id: second.taskId, state: "TASK_STATE_QUEUED" });
});

test("mistakes are told before anything is sent", async () => {
  const unreachable = { ASYNCGATE_URL: "http://127.0.0.1:1", ASYNCGATE_API_KEY: "ag_test_key1_none" };
  const given = (...args: string[]) => runCommand(obligationsAnswer, args, unreachable);
  await expect(given("a", "b")).rejects.toThrow("expected one question");
  await expect(given("a", "--answer", "1", "--decline", "2")).rejects.toThrow("exclude each other");
});
