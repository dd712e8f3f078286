// Executions on a real server: what a runner makes of the interpreter's effects.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClient } from "../../../clients/typescript/src/index.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { startExecution } from "../../../src/cli/machine/execution.ts";
import { machineJson } from "../../../src/machines/document/machine-json.ts";
import { startRunner } from "../../../src/machines/runner/start-runner.ts";
import { all, shareKit } from "../../clients/typescript/kit.ts";
import { checkRules, load, says } from "../simulate.ts";

const kit = shareKit();

type Handlers = Readonly<
  Record<string, (payload: JsonObject, job: { readonly signal: AbortSignal; readonly task: Task }) => unknown>
>;

/** Runs a document beside a runner and a worker with these agents, which are gone at the end of the test. */
function open(handlers: Handlers) {
  const { server, keys, client, startWorker } = kit();
  // Children are the runner's own; an operator sees them all.
  const operator = createClient({ endpoint: server.url, key: keys.operator });
  onTestFinished(() => operator.close());
  const runner = startRunner({ endpoint: server.url, key: keys.executor, checkRules });
  onTestFinished(() => runner.stop());
  if (Object.keys(handlers).length > 0) startWorker({ handlers: handlers as never, slots: 50 });
  return {
    client,
    operator,
    childrenOf: ({ taskId }: { readonly taskId: string }) => all(operator.listTasks({ parent: taskId })),
    start: async (text: string, input: JsonValue = {}) => startExecution(client, await load(text), input),
    async run(text: string, input: JsonValue = {}) {
      return await client.awaitTask(await startExecution(client, await load(text), input));
    },
    output: async (text: string, input: JsonValue = {}) =>
      client.result(await startExecution(client, await load(text), input), { timeoutMs: 50_000 }),
  };
}

const two = (type: string, state: string, more = "") => `
name: m
expression: cel
agents: {one: ${type}}
${more}
states:
  first: {type: initial, transitions: done, ${state}}
  done: {type: final}
`;

describe("a runner", () => {
  test("calls agents as children of the execution, and ends it with the output", async () => {
    const { childrenOf, run } = open({ "r.one": ({ input }) => says({ heard: input ?? null }) });
    const task = await run(two("r.one", "agent: one, input: {say: '{{ input.word }}'}"), { word: "hello" });
    expect(task.state).toBe(TaskState.SUCCEEDED);
    expect(task.outcome?.result?.content.value).toBe('{"heard":{"say":"hello"}}');
    const children = await childrenOf(task);
    expect(children.map(({ type, labels, state }) => [type, labels["state"], state])).toEqual([
      ["r.one", "first", TaskState.SUCCEEDED],
    ]);
  });

  test("allows executions many lost leases, as each of their steps has one", async () => {
    const { childrenOf, run } = open({});
    const inner = "{name: in, states: {s: {type: initial, transitions: e}, e: {type: final}}}";
    const task = await run(two("x", "machine: in", `machines: {in: {inline: ${inner}}}`));
    const [child] = await childrenOf(task);
    expect([task, child].map((one) => [one?.maxLeaseLosses, one?.maxAttempts])).toEqual([
      [1_000, 10],
      [1_000, 10],
    ]);
  });

  test("tries again after what a rate limit says, with a delay that the server keeps", async () => {
    let calls = 0;
    const { childrenOf, operator, run } = open({
      "r.limited": () => {
        calls += 1;
        if (calls > 1) return says("at last");
        return {
          error: { code: "RATE_LIMIT", message: "slow down" },
          rate_limit: { limited: true, retry_after: "0.3s" },
        };
      },
    });
    const task = await run(two("r.limited", "agent: one, execution: {retry: {backoffs: [1ms, 1ms]}}"));
    expect(task.outcome?.result?.content.value).toBe('"at last"');
    const [second, first] = await childrenOf(task);
    expect([first?.state, second?.state]).toEqual([TaskState.SUCCEEDED, TaskState.SUCCEEDED]);
    // The server has kept the second one back for so long, by the database's clock.
    const leased = await all(operator.receipts({ taskId: second?.taskId ?? "" }));
    const [assigned, accepted] = leased.map(({ createTime }) => (createTime ? timestampMs(createTime) : 0));
    expect((accepted ?? 0) - (assigned ?? 0)).toBeGreaterThanOrEqual(300);
  });

  test("takes the first success of several, cancels the rest, and keeps what had come", async () => {
    const { childrenOf, run } = open({
      "r.race": ({ input }, job) => {
        const { n } = input as { n: number };
        if (n === 1) throw new TypeError("not this one");
        if (n === 2) return failedOne(job.task.parentTaskId).then(() => says("won"));
        return new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason)));
      },
    });
    const failedOne = (parent: string) =>
      expect
        .poll(async () => (await childrenOf({ taskId: parent })).map(({ state }) => state))
        .toContain(TaskState.FAILED);
    const text = two(
      "r.race",
      "foreach: '[1, 2, 3]', mode: any, agent: one, input: {n: '{{ item }}'}, " +
        "output_to_context: {all: '{{ results }}'}",
    );
    const task = await run(text.replace("done: {type: final}", "done: {type: final, output: '{{ context.all }}'}"));
    const results = JSON.parse(String(task.outcome?.result?.content.value)) as JsonObject[];
    expect(results.map((one) => one["output"] ?? (one["error"] as JsonObject)["type"])).toEqual([
      "TypeError",
      "won",
      "CANCELED",
    ]);
    const states = (await childrenOf(task)).map(({ state }) => state);
    expect(states.toSorted()).toEqual([TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELED].toSorted());
  });

  test("goes on after a timeout, and cancels what was under way", async () => {
    const { childrenOf, run } = open({
      "r.slow": (_, { signal }) =>
        new Promise((__, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const task = await run(two("r.slow", "agent: one, timeout: 200ms, on_error: {TIMEOUT: done}"));
    expect(task.state).toBe(TaskState.SUCCEEDED);
    const [child] = await childrenOf(task);
    expect(child?.state).toBe(TaskState.CANCELED);
  });

  test("runs machines in machines, and leaves launched ones running", async () => {
    const { childrenOf, run } = open({ "r.inner": ({ input }) => says({ inner: input ?? null }) });
    const inner =
      "{name: in, agents: {i: r.inner}, states: " +
      "{s: {type: initial, agent: i, input: '{{ input }}', transitions: e}, e: {type: final}}}";
    const waits = "{name: waits, states: {s: {type: initial, wait_for: r-never, transitions: e}, e: {type: final}}}";
    const text = two(
      "x",
      "machine: [{name: in, input: {n: 2}}], launch: waits",
      `machines: {in: {inline: ${inner}}, waits: {inline: ${waits}}}`,
    );
    const task = await run(text);
    expect(task.outcome?.result?.content.value).toBe('{"inner":{"n":2}}');
    const children = await childrenOf(task);
    expect(children.map(({ state }) => state).toSorted()).toEqual([TaskState.SUCCEEDED, TaskState.BLOCKED].toSorted());
  });

  test("waits for signals and answers", async () => {
    const { client, start } = open({});
    const text = `
name: m
states:
  go: {type: initial, wait_for: "r-go/{{ input.id }}", output_to_context: {by: "{{ output.by }}"}, transitions: ask}
  ask: {ask: {question: "Ship for {{ context.by }}?", options: ["yes", "no"]}, transitions: done}
  done: {type: final, output: ["{{ context.by }}", "{{ output }}"]}
`;
    const taskId = await start(text, { id: 7 });
    await client.sendSignal("r-go/7", { payload: { by: "Ada" } });
    const question = await expect
      .poll(async () => (await all(client.questions())).find((one) => one.taskId === taskId))
      .toMatchObject({ title: "Ship for Ada?" })
      .then(async () => (await all(client.questions())).find((one) => one.taskId === taskId));
    if (!question) throw new Error("it was there");
    await client.answer(question, "yes");
    expect(await client.result(taskId)).toEqual(["Ada", "yes"]);
  });

  test("reads results that are too large to come with the lease", async () => {
    const { output } = open({ "r.large": ({ index }) => says("x".repeat(50_000 + Number(index))) });
    const text = two(
      "r.large",
      "agent: one, execution: {parallel: {n_samples: 4}}, output_to_context: {sizes: '{{ output.map(o, size(o)) }}'}",
    );
    expect(
      await output(text.replace("done: {type: final}", "done: {type: final, output: '{{ context.sizes }}'}")),
    ).toEqual([50_000, 50_001, 50_002, 50_003]);
  }, 120_000);
});

describe("an execution fails with a type", () => {
  test("when its agent's result is none, and names every path", async () => {
    const { run } = open({ "r.wrong": () => ({ output: 1, usage: { input: "many" }, cots: 2 }) });
    const { outcome } = await run(two("r.wrong", "agent: one"));
    expect(outcome?.error).toMatchObject({ type: "AGENT_RESULT_INVALID", retryable: false });
    expect(outcome?.error?.message).toMatch(/usage\.input: must be a number.*cots: there is no such field/);
  });

  test("when its document is none, or another than its hash says", async () => {
    const { client } = open({});
    const machine = machineJson(await load(two("x", "agent: one")));
    const broken = await client.createTask({
      type: "asyncgate.machine",
      payload: { machine: { ...machine, states: {} } },
    });
    expect((await client.awaitTask(broken.taskId)).outcome?.error?.type).toBe("MACHINE_INVALID");
    const other = await client.createTask({ type: "asyncgate.machine", payload: { machine, hash: "sha256:0" } });
    expect((await client.awaitTask(other.taskId)).outcome?.error?.type).toBe("HASH_MISMATCH");
  });
});
