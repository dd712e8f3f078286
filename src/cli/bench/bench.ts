// `asyncgate bench`: measures a running server. It creates tasks of its own type in its own queue and completes them
// itself, over a stream. It takes no other tasks of that queue.
import { parseArgs } from "node:util";
import { CallFailed, type Command, type Context, UsageError } from "../command.ts";
import { readDevKeys, readDevUrl } from "../dev-files.ts";
import { renderTable } from "../table.ts";
import { type BenchClient, openBenchClient } from "./client.ts";
import { createTasks, monotonicMs, streamLatencies } from "./load.ts";
import { percentile } from "./percentile.ts";
import { openBenchWorker } from "./work.ts";

const queue = "asyncgate-bench";
const defaultTasks = 10_000;
const callers = 64;
const batch = 100;
const batchCallers = 4;
const credits = 1_000;
const latencySamplesMax = 200;
/** A single creation costs several times as much as one in a batch: with fewer of them, all parts take equally long. */
const unaryShare = 4;

type Figure = { readonly name: string; readonly value: number; readonly unit: string; readonly what: string };

type Target = {
  readonly tasker: BenchClient;
  readonly worker: BenchClient;
  /** No other run creates tasks of this type, and no other worker takes them. */
  readonly type: string;
  readonly signal: AbortSignal;
};

export const bench: Command = {
  usage: "bench [--endpoint URL] [--key KEY] [--worker-key KEY] [--tasks N] [--json]",
  about: `measures a server: creates tasks in the queue ${queue} and completes them`,
  takesServerFlags: false,
  async run(context) {
    const { say, print, interrupted } = context.terminal;
    const wanted = await readArguments(context);
    const { endpoint, tasks } = wanted;
    const type = `bench-${process.pid}-${Math.round(monotonicMs())}`;
    const all = tasks + Math.ceil(tasks / unaryShare) + samplesOf(tasks);
    say(
      `Creates ${all.toLocaleString("en")} tasks of type ${type} in queue ${queue} at ${endpoint}, and completes them.`,
    );
    say("They are kept like all tasks that have ended. This process is both the load and the worker.");
    const tasker = openBenchClient(endpoint, wanted.key);
    const worker = openBenchClient(endpoint, wanted.workerKey);
    try {
      const figures = await measure({ tasker, worker, type, signal: interrupted }, tasks, say);
      if (interrupted.aborted) throw new CallFailed(`stopped; tasks of type ${type} may be left in queue ${queue}`);
      if (wanted.json) print(JSON.stringify({ endpoint, tasks, figures }, undefined, 2));
      else for (const line of renderTable(["what", "value", "unit"], figures.map(rowOf))) print(line);
      return 0;
    } catch (error) {
      if (error instanceof CallFailed) throw error;
      throw new CallFailed(error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      tasker.close();
      worker.close();
    }
  },
};

function samplesOf(tasks: number): number {
  return Math.min(latencySamplesMax, tasks);
}

function rowOf({ what, value, unit }: Figure): string[] {
  return [what, value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2), unit];
}

async function readArguments(context: Context) {
  const { values } = parseArgs({
    args: [...context.arguments],
    options: {
      endpoint: { type: "string" },
      key: { type: "string" },
      "worker-key": { type: "string" },
      tasks: { type: "string", default: String(defaultTasks) },
      json: { type: "boolean", default: false },
    },
  });
  const tasks = Number(values.tasks);
  if (!Number.isSafeInteger(tasks) || tasks < 1) throw new UsageError("--tasks must be a whole number from 1");
  const { environment } = context;
  const config = context.readConfig();
  const given = values.key ?? environment["ASYNCGATE_API_KEY"];
  const devKeys = given ? [] : await readDevKeys(config.dataDir);
  const devKey = (name: string) => devKeys.find((one) => one.name === name)?.key;
  const key = given ?? devKey("tasker");
  const workerKey = values["worker-key"] ?? given ?? devKey("worker");
  if (!key || !workerKey) {
    throw new UsageError(
      "there is no key: pass --key, and --worker-key if that key may not claim, or run `make dev` first",
    );
  }
  const endpoint =
    values.endpoint ||
    environment["ASYNCGATE_URL"] ||
    (await readDevUrl(config.dataDir)) ||
    `http://${config.host}:${config.port}`;
  return { endpoint, key, workerKey, tasks, json: values.json };
}

async function measure(target: Target, tasks: number, say: (line: string) => void): Promise<Figure[]> {
  const { tasker, worker, type, signal } = target;
  say("start latency …");
  const latencies = await streamLatencies(tasker, worker, { queue, type, samples: samplesOf(tasks), signal });
  const latency = (part: number) => (latencies.length > 0 ? percentile(latencies, part) : Number.NaN);
  const session = await openWorker(target);
  const few = Math.ceil(tasks / unaryShare);
  say(`${few} tasks, created one by one by ${callers} callers …`);
  const unary = await session.complete(few, { batch: 1, callers });
  say(`${tasks} tasks, created in batches of ${batch} …`);
  const pipeline = await session.complete(tasks, { batch, callers: batchCallers });
  session.end();
  const perSecond = (name: string, value: number, what: string) => ({ name, value, unit: "tasks/s", what });
  return [
    perSecond("pipeline_batched", pipeline.settledPerSecond, `created in batches of ${batch}, and completed`),
    perSecond("pipeline_unbatched", unary.settledPerSecond, `created by ${callers} callers, and completed`),
    perSecond("create_unary", unary.createdPerSecond, `the creation of these`),
    { name: "start_latency_p50", value: latency(0.5), unit: "ms", what: "from creation to worker, median" },
    { name: "start_latency_p99", value: latency(0.99), unit: "ms", what: "the same, 99th percentile" },
  ];
}

type Pace = { readonly createdPerSecond: number; readonly settledPerSecond: number };

/** A worker on a stream, and the creation of the tasks that it completes. */
async function openWorker({ tasker, worker, type, signal }: Target) {
  let settled = 0;
  let wake = () => {};
  const session = openBenchWorker(worker, {
    queue,
    types: [type],
    credits,
    instance: "bench",
    heartbeats: true,
    onSettled: (count) => {
      settled += count;
      wake();
    },
  });
  await session.welcome;
  const until = (goal: number) =>
    new Promise<void>((resolve) => {
      wake = () => {
        if (settled >= goal || signal.aborted) resolve();
      };
      signal.addEventListener("abort", wake, { once: true });
    });
  return {
    async complete(tasks: number, by: { readonly batch: number; readonly callers: number }): Promise<Pace> {
      const fromMs = monotonicMs();
      const done = until(settled + tasks);
      await createTasks(tasker, { queue, type, tasks, ...by, signal });
      const createdMs = monotonicMs() - fromMs;
      await Promise.race([done, session.ended]);
      const settledMs = monotonicMs() - fromMs;
      return { createdPerSecond: (tasks * 1_000) / createdMs, settledPerSecond: (tasks * 1_000) / settledMs };
    },
    end: () => session.bye(),
  };
}
