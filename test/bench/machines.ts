// What machines cost: the interpreter alone, executions at a server, and the size of snapshots. Prints a table.
// node test/bench/machines.ts [--executions 2000] [--interpreter]
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { JsonObject } from "@bufbuild/protobuf";
import { type Client, createClient, createWorker } from "../../clients/typescript/src/index.ts";
import type { Machine } from "../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { startExecution } from "../../src/cli/machine/execution.ts";
import { renderTable } from "../../src/cli/table.ts";
import { advance } from "../../src/machines/interpreter/advance.ts";
import { programOf } from "../../src/machines/interpreter/program.ts";
import type { Advance, Snapshot } from "../../src/machines/interpreter/types.ts";
import { awaitAll } from "../faults/await-all.ts";
import { end, startSystem } from "../faults/system.ts";
import { checkRules, load, says } from "../machines/simulate.ts";
import { cpuSecondsOfTree, parentOf } from "./cpu-time.ts";

const { values } = parseArgs({ options: { executions: { type: "string" }, interpreter: { type: "boolean" } } });
const executions = Number(values.executions ?? 2_000);
const interpretedMs = 3_000;
const endMs = 300_000;

/** States in a row; each calls an agent, or none does. */
function chain(states: number, doesCall: boolean): string {
  const written = Array.from({ length: states }, (_, at) => {
    const type = at === 0 ? "type: initial, " : "";
    const work = doesCall ? 'agent: one, input: {n: "{{ context.n }}"}, ' : "";
    const kept = 'output_to_context: {n: "{{ context.n + 1 }}"}, ';
    return `  s${at}: {${type}${work}${kept}transitions: ${at === states - 1 ? "done" : `s${at + 1}`}}`;
  });
  const agents = doesCall ? "agents: {one: bench.noop}\n" : "";
  const head = `name: chain\nexpression: cel\n${agents}context: {n: 0}`;
  return `${head}\nstates:\n${written.join("\n")}\n  done: {type: final}`;
}

const loop = `
name: loop
expression: cel
agents: {one: bench.noop}
context: {n: 0, last: null}
settings: {max_steps: 2000}
states:
  call:
    type: initial
    agent: one
    input: {n: "{{ context.n }}"}
    output_to_context: {n: "{{ context.n + 1 }}", last: "{{ output }}"}
    transitions: [{condition: context.n >= 1000, to: done}, {to: call}]
  done: {type: final, output: "{{ context.n }}"}
`;

/** One execution, as runners make it: each step begins with a snapshot that was written and read. */
function interpret(machine: Machine, onStep: (made: Advance, bytes: number) => void = () => {}): number {
  const program = programOf({ machine, input: {}, depth: 0, executionId: "e", checkRules });
  let steps = 0;
  for (let snapshot: Snapshot | undefined; ; ) {
    const calls = snapshot ? [{ status: "succeeded" as const, result: says({ did: steps }) }] : [];
    const made = advance(program, snapshot, { nowMs: 0, calls });
    const text = JSON.stringify(made.snapshot);
    steps += 1;
    onStep(made, Buffer.byteLength(text));
    if (made.effect.type === "end") return steps;
    snapshot = JSON.parse(text) as Snapshot;
  }
}

/** Milliseconds of one execution, and steps a second, by processor time, over some seconds after some of warm-up. */
function timeOf(machine: Machine): { readonly ms: number; readonly steps: number } {
  const over = (ms: number) => {
    const start = process.cpuUsage();
    const usedMs = () => {
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1_000;
    };
    let [count, steps] = [0, 0];
    while (usedMs() < ms) {
      steps += interpret(machine);
      count += 1;
    }
    const tookMs = usedMs();
    return { ms: tookMs / count, steps: (steps / tookMs) * 1_000 };
  };
  over(interpretedMs / 3);
  return over(interpretedMs);
}

async function sizesOf(machine: Machine): Promise<Map<number, number>> {
  const sizes = new Map<number, number>();
  interpret(machine, ({ snapshot }, bytes) => void sizes.set(snapshot.step, bytes));
  return sizes;
}

async function executeAll(client: Client, machine: Machine, count: number): Promise<number> {
  const startMs = performance.now();
  const ids: string[] = [];
  for (let from = 0; from < count; from += 100) {
    const many = Array.from({ length: Math.min(100, count - from) }, () => startExecution(client, machine, {}));
    ids.push(...(await Promise.all(many)));
  }
  const ended = await awaitAll(client, ids, endMs);
  const failed = ended.find(({ outcome }) => outcome?.error !== undefined || outcome === undefined);
  if (failed) throw new Error(`${failed.taskId}: ${failed.outcome?.error?.message ?? "has not ended"}`);
  return (performance.now() - startMs) / 1_000;
}

/** Of the processes that this one has started, and of this one: it is the agents, and creates the executions. */
function cpuSeconds(): Map<string, number> {
  const { user, system } = process.cpuUsage();
  const used = new Map([["agents and load", (user + system) / 1_000_000]]);
  for (const pid of readdirSync("/proc").map(Number).filter(Boolean)) {
    if (parentOf(pid) !== process.pid) continue;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    const name = command.includes("postgres\0") ? "Postgres" : command.includes("runner\0") ? "runner" : "server";
    used.set(name, (used.get(name) ?? 0) + cpuSecondsOfTree(pid));
  }
  return used;
}

/** As users run it: a server, a runner and agents, each a process of its own. */
async function measureServer(rows: string[][]): Promise<void> {
  // Only the runner that is measured takes executions.
  const system = await startSystem(["--machines", "off"]);
  const key = await system.keyOf("executor");
  const environment = { ...process.env, ASYNCGATE_URL: system.url, ASYNCGATE_API_KEY: key };
  const runners: ChildProcess[] = [];
  const worker = createWorker({
    endpoint: system.url,
    key: await system.keyOf("worker"),
    slots: 200,
    drainOn: [],
    handlers: { "bench.noop": ((payload: JsonObject) => says({ did: payload["index"] ?? 0 })) as never },
  });
  worker.run().catch((error: unknown) => process.stderr.write(`the agents have ended: ${error}\n`));
  const client = createClient({ endpoint: system.url, key: await system.keyOf("operator"), timeoutMs: endMs });
  try {
    runners.push(spawn(process.execPath, ["src/main.ts", "machine", "runner"], { env: environment, stdio: "ignore" }));
    const five = await load(chain(5, true));
    await executeAll(client, five, Math.ceil(executions / 4));
    const before = cpuSeconds();
    const seconds = await executeAll(client, five, executions);
    const used = [...cpuSeconds()].map(([name, value]) => {
      return `${name} ${(((value - (before.get(name) ?? 0)) / executions) * 1_000).toFixed(1)}`;
    });
    rows.push([
      "executions of five states with agents that do nothing",
      `${(executions / seconds).toFixed(0)} a second`,
    ]);
    rows.push(["… and so steps, each with a call", `${((executions * 5) / seconds).toFixed(0)} a second`]);
    rows.push(["… processor time of one", `${used.join(", ")} ms`]);
    const one = await executeAll(client, await load(loop), 1);
    rows.push(["one execution of 1,000 calls, one after the other", `${one.toFixed(1)} ms a step`]);
  } finally {
    await Promise.all(runners.map((runner) => end(runner, "SIGTERM")));
    await worker.stop({ withinMs: 5_000 }).catch(() => undefined);
    client.close();
    await system.stop();
  }
}

const rows: string[][] = [];
const plain = timeOf(await load(chain(100, false)));
rows.push(["interpreter: 100 states without calls", `${(plain.ms / 100).toFixed(4)} ms a state`]);
const calling = timeOf(await load(chain(100, true)));
rows.push(["interpreter: 100 states with a call each", `${(calling.ms / 100).toFixed(4)} ms a state`]);
rows.push(["interpreter: steps", `${Math.round(calling.steps)} a second`]);
const sizes = await sizesOf(await load(loop));
const told = [50, 250, 500, 1_000].map((step) => `${sizes.get(step)}`).join(", ");
rows.push(["snapshot after 50, 250, 500 and 1,000 steps", `${told} bytes`]);
if (values.interpreter !== true) await measureServer(rows);
for (const line of renderTable(["what", "figure"], rows)) process.stdout.write(`${line}\n`);
process.exit(0);
