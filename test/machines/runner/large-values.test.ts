// A context that is larger than a snapshot, on a real server: what is kept beside it is there for the next runner, and
// is gone with the execution.
import type { JsonObject } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { contentOf, createClient } from "../../../clients/typescript/src/index.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { startExecution } from "../../../src/cli/machine/execution.ts";
import { startRunner } from "../../../src/machines/runner/start-runner.ts";
import { all, openKit } from "../../clients/typescript/kit.ts";
import { checkRules, load, says } from "../simulate.ts";

const document = `
name: m
expression: cel
agents: {one: large.one}
context: {n: 0, text: ""}
states:
  s:
    type: initial
    agent: one
    input: {n: "{{ context.n }}"}
    output_to_context: {text: "{{ output }}{{ output }}", n: "{{ context.n + 1 }}"}
    transitions: [{condition: context.n >= 3, to: wait}, {to: s}]
  wait: {wait_for: large/go, transitions: ask}
  ask: {ask: {question: "so?"}, transitions: last}
  last: {agent: one, input: {n: "{{ size(context.text) }}"}, transitions: done}
  done: {type: final, output: ["{{ context.n }}", "{{ size(context.text) }}", "{{ size(output) }}"]}
`;

test("a large context outlives its runner, and leaves nothing behind", async () => {
  const { client, server, keys, startWorker } = await openKit();
  const operator = createClient({ endpoint: server.url, key: keys.operator });
  onTestFinished(() => operator.close());
  const asked: unknown[] = [];
  const sizes: number[] = [];
  const one = ({ input }: JsonObject) => {
    asked.push(input);
    return says(`${(input as { n: number }).n}/`.padEnd(60_000, "ö"));
  };
  startWorker({ handlers: { "large.one": one as never } });
  const start = () => {
    const runner = startRunner({
      endpoint: server.url,
      key: keys.executor,
      checkRules,
      onEffect: (_, { snapshot }) => void sizes.push(Buffer.byteLength(JSON.stringify(snapshot))),
    });
    onTestFinished(() => runner.stop());
    return runner;
  };
  const first = start();
  const taskId = await startExecution(client, await load(document), {});
  const held = async () => {
    const children = await all(operator.listTasks({ parent: taskId }));
    return children.filter(({ type }) => type === "asyncgate.value");
  };
  const stateOf = async () => (contentOf((await client.getTask(taskId)).checkpoint) as { state?: string })?.state;
  await expect.poll(stateOf).toBe("wait");
  await first.stop();
  // Of another runner, which remembers nothing.
  start();
  await client.sendSignal("large/go", { payload: null });
  await expect.poll(stateOf).toBe("ask");
  // The text has two parts. The output before has one, until the next step is made.
  await expect.poll(async () => (await held()).filter(({ state }) => state === TaskState.BLOCKED).length).toBe(3);
  const [question] = await all(client.questions());
  if (!question) throw new Error("it was asked");
  await client.answer(question, "so");
  expect(await client.result(taskId)).toEqual([3, 120_000, 60_000]);
  expect(asked).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 120_000 }]);
  expect(Math.max(...sizes)).toBeLessThan(65_536);
  await expect.poll(async () => (await held()).every(({ state }) => state === TaskState.CANCELED)).toBe(true);
}, 240_000);
