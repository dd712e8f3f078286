// Handlers that branch and hand on. The workers have the operator's key: it may create what an executor may.
import { describe, expect, test } from "vitest";
import { type Job, OnParentEnd, TaskState, task } from "../../../clients/typescript/src/index.ts";
import { kitTimeoutMs, shareKit } from "./kit.ts";

const { CANCELED, SUCCEEDED } = TaskState;

describe("a handler that creates", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit({ flags: ["--sweep-interval-ms", "100"] });
  const startOperator = (handlers: Parameters<ReturnType<typeof kitOf>["startWorker"]>[0]["handlers"]) =>
    kitOf().startWorker({ key: kitOf().keys.operator, handlers });

  test("children: they are its own, and end with it unless they are kept", async () => {
    const kit = kitOf();
    const created = Promise.withResolvers<string[]>();
    startOperator({
      parent: async (_input: unknown, job: Job) => {
        const one = await job.child({ type: "unserved", idempotencyKey: "one" });
        const two = await job.child({ type: "unserved", onParentEnd: OnParentEnd.KEEP });
        const again = await job.child({ type: "unserved", idempotencyKey: "one" });
        created.resolve([one.taskId, two.taskId, again.taskId]);
      },
    });
    const { taskId } = await kit.client.createTask({ type: "parent" });
    const [one = "", two = "", again] = await created.promise;
    expect(again).toBe(one);
    await kit.client.awaitTask(taskId);
    const { nodes } = await kit.client.stubs.tasks.getTaskTree({ taskId });
    expect(nodes.map(({ taskId: id }) => id)).toEqual([taskId, one, two]);
    const stateOf = async (id: string) => {
      const tree = await kit.client.stubs.tasks.getTaskTree({ taskId });
      return tree.nodes.find((node) => node.taskId === id)?.state;
    };
    await expect.poll(() => stateOf(one), { timeout: 20_000 }).toBe(CANCELED);
    expect(await stateOf(two)).toBe(TaskState.QUEUED);
  });

  test("at the endpoint where its session is, if the first of the list is away", async () => {
    const kit = kitOf();
    kit.startWorker({
      endpoint: ["http://127.0.0.1:9", kit.server.url],
      key: kit.keys.operator,
      handlers: { moved: async (_input: unknown, job: Job) => (await job.child({ type: "unserved" })).taskId },
    });
    const { taskId } = await kit.client.createTask({ type: "moved", maxAttempts: 1 });
    expect(await kit.client.result(taskId)).toEqual(expect.any(String));
  });

  test("with its suspension what it waits for, and with its completion what goes on", async () => {
    const kit = kitOf();
    const printed = Promise.withResolvers<unknown>();
    startOperator({
      chapter: ({ title }: { title: string }) => `${title}.`,
      print: (input: unknown) => printed.resolve(input),
      book: (_input: unknown, job: Job) => {
        if (job.waitResults.length > 0) {
          const text = job.waitResults.map(({ result }) => result).join(" ");
          return job.handOn({ type: "print", payload: { text } }, { result: "done" });
        }
        return job.suspend({
          create: [
            { type: "chapter", payload: { title: "one" } },
            { type: "chapter", payload: { title: "two" }, wait: task({ item: 0 }) },
          ],
          wait: { allOf: [task({ item: 0 }), task({ item: 1 })] },
        });
      },
    });
    const { taskId } = await kit.client.createTask({ type: "book" });
    expect(await kit.client.result(taskId)).toBe("done");
    expect(await printed.promise).toEqual({ text: "one. two." });
    const { nodes } = await kit.client.stubs.tasks.getTaskTree({ taskId });
    expect(nodes.map(({ type, state }) => [type, state])).toEqual([
      ["book", SUCCEEDED],
      ["chapter", SUCCEEDED],
      ["chapter", SUCCEEDED],
    ]);
  });
});
