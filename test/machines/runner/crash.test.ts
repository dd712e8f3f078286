// Runners that are killed at every effect: before it is sent, and while it is on its way. Whatever happens to them,
// each execution must come to what an undisturbed one comes to, with the same children: none twice, none missing.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { type Client, contentOf, createClient } from "../../../clients/typescript/src/index.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { startExecution } from "../../../src/cli/machine-execution.ts";
import { all, openKit } from "../../clients/typescript/kit.ts";
import { createRandom, seed, times } from "../../helpers/random.ts";
import { failed, load, says, simulate } from "../simulate.ts";

const inner = JSON.stringify({
  name: "inner",
  expression: "cel",
  agents: { worker: "c.work" },
  states: {
    work: { type: "initial", agent: "worker", input: "{{ input }}", transitions: "end" },
    end: { type: "final" },
  },
});

/** Every kind of state, in one execution. */
const document = `
name: whole
expression: cel
context: {n: 0, seen: []}
agents:
  flaky: c.flaky
  worker: c.work
  tooler: c.tooler
  panelist: c.panelist
  placer: c.placed
machines: {inner: {inline: ${inner}}}
states:
  retried:
    type: initial
    agent: flaky
    execution: {retry: {backoffs: [1ms, 1ms, 1ms]}}
    output_to_context: {first: "{{ output }}"}
    transitions: sampled
  sampled:
    agent: worker
    input: {n: 1}
    execution: {parallel: {n_samples: 3}}
    output_to_context: {samples: "{{ output }}"}
    transitions: listed
  listed:
    foreach: "[1, 2, 3]"
    key: '"k" + string(item)'
    machine: inner
    input: {n: "{{ item * 10 }}"}
    launch: inner
    launch_input: {n: 99}
    output_to_context: {listed: "{{ output }}"}
    transitions: raced
  raced:
    foreach: "[7, 8]"
    mode: any
    agent: worker
    input: {n: "{{ item }}", only: 8}
    output_to_context: {raced: "{{ output }}"}
    transitions: voted
  voted:
    agent: worker
    input: {n: 5}
    execution: {mdap_voting: {k_margin: 2, max_candidates: 4}}
    output_to_context: {voted: "{{ output }}"}
    transitions: tooled
  tooled:
    agent: tooler
    tool_loop: {allowed: [work], max_tool_calls: 3}
    output_to_context: {tooled: "{{ output }}", why: "{{ result.tool_loop }}"}
    transitions: checked
  checked:
    agent: placer
    input: {n: 6}
    hooks: {before: [note], after: [note]}
    verify: {panel: [panelist, panelist], budget: {candidates: 2}}
    output_to_context: {checked: "{{ result.verify }}"}
    transitions: signaled
  signaled:
    wait_for: "crash/{{ input.id }}"
    output_to_context: {signal: "{{ output }}"}
    transitions: timed
  timed:
    wait_for: "crash/never"
    timeout: 20ms
    on_error: {TIMEOUT: looped}
    transitions: looped
  looped:
    agent: worker
    input: {n: "{{ context.n }}"}
    output_to_context: {n: "{{ context.n + 1 }}"}
    transitions: [{condition: context.n >= 3, to: done}, {to: looped}]
  done:
    type: final
    output: "{{ context }}"
`;

const executions = times(12);
const deaths = times(16);
/** Of the effects of all executions, the ones that a runner lives for. */
const effectsMax = 14;
const millisecondsMax = 12;

/** Of two that race, one never succeeds, so that the output is known. */
function worked({ input = null }: JsonObject) {
  const { n, only = n } = input as { n?: number; only?: number };
  return n === only ? says({ did: input }) : { error: { code: "SERVER_ERROR" as const, message: "not this one" } };
}

/** Calls two tools at a time, until it may not. */
function tooler({ tools = [], turns = [] }: JsonObject) {
  const { length } = turns as readonly JsonValue[];
  if ((tools as readonly JsonValue[]).length === 0) return says({ turns });
  const wanted = [0, 1].map((at) => ({ id: `${length}-${at}`, name: "work", arguments: { n: length, at } }));
  return { tool_calls: wanted, finish_reason: "TOOL_USE" as const };
}

/** Accepts the second candidate. */
const panelist = ({ input }: JsonObject) => says({ accept: JSON.stringify(input).includes('"index":1') });

/** With the place of the call, as another candidate gives another answer. */
const placed = ({ input = null, index = 0 }: JsonObject) => says({ did: input, index });

const agents = {
  "c.tooler": tooler,
  "c.panelist": panelist,
  "c.placed": placed,
  "tool.work": (payload: JsonObject) => ({ worked: payload }),
  "hook:note": ({ output = null }: JsonObject) => ({ noted: output }),
};

/** What an execution comes to, and the tasks under it, without a server that anything could happen to. */
async function undisturbed(id: number) {
  const scripts = {
    tasks: {
      "c.flaky": (_: JsonObject, number: number) => (number < 2 ? failed("BUSY") : says("at last")),
      "c.work": worked,
      ...agents,
      "asyncgate.machine": ({ input }: JsonObject) => ({ did: input ?? null }),
    },
    signal: (channel: string) => (channel === `crash/${id}` ? { for: id } : undefined),
  };
  const run = simulate(await load(document), scripts, { input: { id } });
  return {
    output: "output" in run.ended ? run.ended.output : run.ended,
    calls: run.calls.map(({ type }) => type).toSorted(),
  };
}

/** Runners one after the other, each with the death that is drawn for it; the last one lives. */
function startRunners(url: string, key: string) {
  const random = createRandom(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  let current: ChildProcess | undefined;
  let isOver = false;
  let died = 0;
  const over = (async () => {
    while (!isOver) {
      const effects = died < deaths ? below(effectsMax) + 1 : 0;
      const ms = below(2) === 0 ? -1 : below(millisecondsMax);
      const program = ["test/machines/runner/dying-runner.ts", url, key, String(effects), String(ms)];
      current = spawn(process.execPath, program, { stdio: ["ignore", "ignore", "inherit"] });
      await once(current, "exit");
      died += 1;
    }
  })();
  onTestFinished(async () => {
    isOver = true;
    current?.kill("SIGKILL");
    await over;
  });
  return { died: () => died };
}

async function childrenOf(operator: Client, taskId: string): Promise<Task[]> {
  return await all(operator.listTasks({ parent: taskId }));
}

test(
  "killed runners change nothing: each execution has the output and the children of an undisturbed one",
  async () => {
    const kit = await openKit({ flags: ["--lease-ttl-min-ms", "100", "--sweep-interval-ms", "100"] });
    const { client, server, keys } = kit;
    const operator = createClient({ endpoint: server.url, key: keys.operator });
    onTestFinished(() => operator.close());
    const calls = new Map<string, number>();
    const flaky = (_: JsonObject, job: { readonly task: Task }) => {
      const { parentTaskId } = job.task;
      const number = calls.get(parentTaskId) ?? 0;
      calls.set(parentTaskId, number + 1);
      if (number < 2) throw Object.assign(new Error("busy"), { name: "BUSY" });
      return says("at last");
    };
    kit.startWorker({
      slots: 100,
      handlers: { "c.flaky": flaky as never, "c.work": worked as never, ...(agents as never as Record<string, never>) },
    });
    const { died } = startRunners(server.url, keys.executor);

    const machine = await load(document);
    const ids = Array.from({ length: executions }, (_, id) => id);
    const taskIds = await Promise.all(ids.map((id) => startExecution(client, machine, { id })));
    for (const id of ids) await client.sendSignal(`crash/${id}`, { payload: { for: id } });
    for (const [id, taskId] of taskIds.entries()) {
      const expected = await undisturbed(id);
      const ended = await client.awaitTask(taskId);
      expect(ended.outcome?.error).toBeUndefined();
      expect(contentOf(ended.outcome?.result)).toEqual(expected.output);
      const children = await childrenOf(operator, taskId);
      expect(children.map(({ type }) => type).toSorted()).toEqual(expected.calls);
      for (const child of children.filter(({ type }) => type === "asyncgate.machine")) {
        expect((await client.awaitTask(taskId)).taskId).toBe(taskId);
        await operator.awaitTask(child.taskId);
        expect((await childrenOf(operator, child.taskId)).map(({ type }) => type)).toEqual(["c.work"]);
      }
    }
    console.log(`crash: ${executions} executions, ${died()} runners killed`);
    expect(died()).toBeGreaterThan(0);
  },
  times(240_000),
);
