// The driver for TypeScript: does with the kit what the runner tells it. docs/conformance.md has the commands.
import { createInterface } from "node:readline";
import {
  AsyncGateError,
  after,
  allOf,
  anyOf,
  bytes,
  type Client,
  type ConditionInit,
  createClient,
  createWorker,
  done,
  ended,
  type Job,
  type NewTask,
  NonRetryable,
  OnImpossible,
  RetryAfter,
  type Task,
  TaskEndedError,
  TaskState,
  type TimeSpan,
  task as taskCondition,
  type WaitInit,
  type Worker,
} from "../../../clients/typescript/src/index.ts";
import { TaskStateSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";

// biome-ignore lint/suspicious/noExplicitAny: the scenarios are data, whose shape their format says.
type Data = any;

let client: Client | undefined;
let worker: Worker | undefined;
const openGates = new Set<string>();
const waiting = new Map<string, Set<() => void>>();

function say(message: Data): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** A gate that was opened stays open. */
function passed(gate: string): Promise<void> {
  if (openGates.has(gate)) return Promise.resolve();
  return new Promise((resolve) => waiting.set(gate, (waiting.get(gate) ?? new Set()).add(resolve)));
}

const commands: Readonly<Record<string, (args: Data) => Data>> = {
  client({ endpoint, key, timeout_ms: timeoutMs = 30_000 }) {
    client = createClient({ endpoint, key, timeoutMs });
  },
  async create({ task, queue }) {
    const { taskId, existed, task: created } = await theClient().createTask(newTask(task, queue));
    return { task_id: taskId, existed, state: stateName(created.state) };
  },
  async create_many({ tasks, queue }) {
    const results = await theClient().createTasks(tasks.map((task: Data) => newTask(task, queue)));
    return results.map((one) => (one instanceof AsyncGateError ? { error: errorOf(one) } : { task_id: one.taskId }));
  },
  async get({ task_id: taskId }) {
    return summary(await theClient().getTask(taskId));
  },
  async await({ task_id: taskId, timeout_ms: timeoutMs }) {
    return summary(await theClient().awaitTask(taskId, timeoutMs === undefined ? {} : { timeoutMs }));
  },
  async result({ task_id: taskId, timeout_ms: timeoutMs }) {
    return plain(await theClient().result(taskId, timeoutMs === undefined ? {} : { timeoutMs }));
  },
  async cancel({ task_id: taskId, reason = "", grace_ms: gracePeriodMs }) {
    const grace = gracePeriodMs === undefined ? {} : { gracePeriodMs };
    const { task } = await theClient().cancelTask(taskId, { reason, ...grace });
    return { state: stateName(task?.state ?? 0) };
  },
  async list({ queue, type = "", states = [] }) {
    const filter = { queue, type, states: states.map((name: keyof typeof TaskState) => TaskState[name]) };
    const found: Data[] = [];
    for await (const task of theClient().listTasks(filter)) found.push(summary(task));
    return found;
  },
  async watch({ task_id: taskId }) {
    const states: string[] = [];
    for await (const { task } of theClient().watchTask(taskId)) {
      const state = stateName(task?.state ?? 0);
      if (states.at(-1) !== state) say({ event: "watched", state });
      states.push(state);
    }
    return states.filter((state, at) => state !== states[at - 1]);
  },
  async obligations() {
    const owed: Data[] = [];
    for await (const { receipt } of theClient().obligations()) owed.push(receipt?.taskId ?? "");
    return owed;
  },
  worker: startWorker,
  async stop({ within_ms: withinMs = 30_000 }) {
    await worker?.stop({ withinMs });
  },
  go({ gate }) {
    openGates.add(gate);
    for (const pass of waiting.get(gate) ?? []) pass();
    waiting.delete(gate);
  },
};

function theClient(): Client {
  if (!client) throw new Error("there is no client yet");
  return client;
}

function startWorker({
  endpoint,
  endpoints,
  key,
  queue,
  handlers,
  slots = 8,
  ttl_ms: leaseTtlMs,
  ...args
}: Data): void {
  const run = (script: Data) => (input: Data, job: Job) => handle(script, input, job);
  worker = createWorker({
    endpoint: endpoints ?? endpoint,
    key,
    queues: [queue],
    slots,
    capabilities: args.capabilities ?? [],
    drainWithinMs: args.drain_within_ms ?? 30_000,
    handlers: Object.fromEntries(Object.entries(handlers).map(([type, script]) => [type, run(script)])),
    ...(leaseTtlMs !== undefined && { leaseTtlMs }),
    onEvent(event) {
      if (event.type === "connected") say({ event: "connected", resumed: event.resumed });
      else if (event.type === "settled") say({ event: "settled", ending: event.ending });
      else if (event.type === "refused") say({ event: "refused", reason: event.error.reasonName });
      else if (event.type === "disconnected" || event.type === "draining") say({ event: event.type });
    },
  });
  const over = (error?: unknown) =>
    say({ event: "stopped", ...(error instanceof AsyncGateError && { error: errorOf(error) }) });
  worker.run().then(() => over(), over);
}

async function handle(steps: Data, input: Data, job: Job): Promise<Data> {
  say({ event: "entered", type: job.type, attempt: job.attempt, checkpoint: plain(job.checkpoint) ?? null });
  job.signal.addEventListener("abort", () => say({ event: "told", why: job.signal.reason.stop.why }));
  return await play(steps, input, job);
}

async function play(steps: Data, input: Data, job: Job): Promise<Data> {
  for (const step of steps) {
    if (step.on && !isSo(step.on, job)) continue;
    if (step.do) return await play(step.do, input, job);
    if (step.wait) await orStopped(passed(step.wait), job);
    if (step.hold) await passed(step.hold);
    if (step.block_ms) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, step.block_ms);
    if (step.start) await job.start();
    if (step.progress) await job.progress(step.progress);
    if ("checkpoint" in step) await job.saveCheckpoint(step.checkpoint);
    if (step.fail) throw new Error(step.fail);
    if (step.fail_for_good) throw new NonRetryable(step.fail_for_good.message, step.fail_for_good);
    if (step.retry_after_ms !== undefined) throw new RetryAfter(step.retry_after_ms, "later");
    if (step.artifacts) return done({ artifacts: step.artifacts });
    if (step.suspend) return job.suspend({ wait: waitOf(step.suspend), checkpoint: step.suspend.checkpoint ?? null });
    if (step.release) return job.release({ delayMs: step.release.delay_ms, checkpoint: step.release.checkpoint });
    if (step.sleep_ms) return job.sleep(step.sleep_ms);
    if (step.sized) return "x".repeat(step.sized);
    if ("return" in step) return step.return;
    if (step.return_of) return outputOf(step.return_of, input, job);
  }
}

function isSo(on: Data, job: Job): boolean {
  if (on.attempt) return job.attempt === on.attempt;
  if (on.results) return job.waitResults.length > 0;
  return job.checkpoint !== undefined;
}

function outputOf(what: string, input: Data, job: Job): Data {
  if (what === "payload") return input instanceof Uint8Array ? bytes(new Uint8Array(input)) : input;
  if (what === "attempt") return job.attempt;
  if (what === "checkpoint") return job.checkpoint;
  return job.waitResults.map(({ name, status, result }) => ({ name, status, result: plain(result) ?? null }));
}

function orStopped(promise: Promise<void>, { signal }: Job): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve);
  });
}

function newTask(
  { payload_base64: base64, retry_ms: initialIntervalMs, deadline_ms: deadlineMs, ...given }: Data,
  queue: string,
): NewTask {
  const { type, payload, labels, capabilities, priority, wait } = given;
  const optional = {
    payload: base64 === undefined ? payload : bytes(new Uint8Array(Buffer.from(base64, "base64"))),
    idempotencyKey: given.idempotency_key,
    retry: initialIntervalMs === undefined ? undefined : { initialIntervalMs, maxIntervalMs: 3_600_000 },
    deadline: deadlineMs === undefined ? undefined : new Date(Date.now() + deadlineMs),
    maxAttempts: given.max_attempts,
    delayMs: given.delay_ms,
    wait: wait && waitOf(wait),
    labels,
    capabilities,
    priority,
  };
  const set = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { type, queue, ...Object.fromEntries(set) };
}

function waitOf({ all_of: groups, on_impossible: onImpossible }: Data): WaitInit {
  const wait = allOf(
    ...groups.map((group: Data) => (group.any_of ? anyOf(...group.any_of.map(conditionOf)) : conditionOf(group))),
  );
  return onImpossible ? { ...wait, onImpossible: OnImpossible[onImpossible as keyof typeof OnImpossible] } : wait;
}

function conditionOf({ name = "", after_ms: afterMs, task, key, item, ended: isEnded }: Data): ConditionInit {
  if (afterMs !== undefined) return after(afterMs as TimeSpan, { name });
  const ref = task ?? (key === undefined ? { item } : { idempotencyKey: key });
  return isEnded ? ended(ref, { name }) : taskCondition(ref, { name });
}

function stateName(state: TaskState): string {
  return TaskStateSchema.value[state]?.localName ?? "";
}

function summary({ taskId, type, state, attempt, outcome }: Task): Data {
  const { error } = outcome ?? {};
  return {
    task_id: taskId,
    type,
    state: stateName(state),
    attempt,
    ...(error && { error: { type: error.type, message: error.message } }),
  };
}

function plain(value: Data): Data {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : value;
}

function errorOf(error: unknown): Data {
  if (error instanceof TaskEndedError)
    return { reason: "TASK_ENDED", state: stateName(error.task.state), ...summary(error.task).error };
  if (error instanceof DOMException && error.name === "TimeoutError") return { reason: "TIMEOUT" };
  if (!(error instanceof AsyncGateError)) return { reason: "OTHER", message: String(error) };
  const { facts, reasonName, retryable } = error;
  return { reason: reasonName, retryable, fact: factOf(facts) };
}

/** The fact by which a program would decide. */
function factOf(facts: AsyncGateError["facts"]): Data {
  if (facts.case === "limit") return facts.value.limit;
  if (facts.case === "permission") return facts.value.scope;
  if (facts.case === "violations") return facts.value.violations[0]?.field ?? "";
  if (facts.case === "conflict") return facts.value.taskId;
  if (facts.case === "resource") return facts.value.id;
  if (facts.case === "lease") return stateName(facts.value.state);
  if (facts.case === "transition") return stateName(facts.value.from);
  return null;
}

const requests = createInterface({ input: process.stdin });
requests.on("line", async (line) => {
  const { id, command, ...args } = JSON.parse(line);
  try {
    say({ id, ok: (await commands[command]?.(args)) ?? null });
  } catch (error) {
    say({ id, error: errorOf(error) });
  }
});
requests.on("close", () => process.exit(0));
