// The driver for TypeScript: does with the kit what the runner tells it. docs/conformance.md has the commands.
import { createInterface } from "node:readline";
import {
  AsyncGateError,
  type Client,
  createClient,
  createWorker,
  done,
  type Job,
  NonRetryable,
  named,
  RetryAfter,
  TaskState,
  type Worker,
  type WorkerEvent,
} from "../../../clients/typescript/src/index.ts";
import {
  agentOf,
  type Data,
  errorOf,
  handOffOf,
  matchName,
  modeName,
  newTask,
  outputOf,
  plain,
  plainSignal,
  questionOf,
  routeOf,
  signalOf,
  stateName,
  summary,
  suspensionOf,
} from "./typescript-values.ts";

let client: Client | undefined;
let worker: Worker | undefined;
const openGates = new Set<string>();
const waiting = new Map<string, Set<() => void>>();

/** The benchmark wants answers alone. */
const isQuiet = process.env["ASYNCGATE_DRIVER_QUIET"] === "1";

function say(message: Data): void {
  if (isQuiet && "event" in message) return;
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
  async get(args) {
    return summary(await theClient().getTask(taskOf(args)));
  },
  async await({ timeout_ms: timeoutMs, ...args }) {
    return summary(await theClient().awaitTask(taskOf(args), timeoutMs === undefined ? {} : { timeoutMs }));
  },
  async result({ timeout_ms: timeoutMs, ...args }) {
    return plain(await theClient().result(taskOf(args), timeoutMs === undefined ? {} : { timeoutMs }));
  },
  async cancel({ reason = "", grace_ms: gracePeriodMs, ...args }) {
    const grace = gracePeriodMs === undefined ? {} : { gracePeriodMs };
    const { task } = await theClient().cancelTask(taskOf(args), { reason, ...grace });
    return { state: stateName(task?.state ?? 0) };
  },
  async list({ queue, type = "", states = [] }) {
    const filter = { queue, type, states: states.map((name: keyof typeof TaskState) => TaskState[name]) };
    const found: Data[] = [];
    for await (const task of theClient().listTasks(filter)) found.push(summary(task));
    return found;
  },
  async watch(args) {
    const states: string[] = [];
    for await (const { task } of theClient().watchTask(taskOf(args))) {
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
  async questions({ task_id: taskId }) {
    const asked: Data[] = [];
    for await (const { options, context = null, ...question } of theClient().questions()) {
      if (question.taskId !== taskId) continue;
      const { inputId, title, text } = question;
      asked.push({
        task_id: taskId,
        input_id: inputId,
        title,
        text,
        context,
        options: options.map((one) => one.value),
      });
    }
    return asked;
  },
  async answer({ task_id: taskId, input_id: inputId, answer }) {
    const { state } = await theClient().answer({ taskId, inputId }, answer);
    return { state: stateName(state) };
  },
  async decline({ task_id: taskId, input_id: inputId, reason }) {
    const { state } = await theClient().decline({ taskId, inputId }, reason);
    return { state: stateName(state) };
  },
  async send_signal(args) {
    return plainSignal(await theClient().sendSignal(...signalOf({ ...args, task_id: taskOf(args) })));
  },
  async output({ task_id: taskId, stream, from_offset: fromOffset, last_bytes: lastBytes, follow = false }) {
    const where = { stream, fromOffset, lastBytes, follow };
    const wanted = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined));
    const pieces: Uint8Array[] = [];
    let nextOffset = 0;
    for await (const part of theClient().readOutput(taskId, wanted)) {
      pieces.push(part.data);
      nextOffset = Number(part.nextOffset);
      if (part.data.length > 0) say({ event: "printed" });
    }
    return { text: Buffer.concat(pieces).toString(), next_offset: nextOffset };
  },
  async scopes({ prefix }) {
    const held: Data[] = [];
    for await (const { resource, mode, taskId } of theClient().listScopes(prefix))
      held.push({ resource, mode: modeName(mode), task_id: taskId });
    return held;
  },
  async register_agent({ agent }) {
    const { agent: registered, changed } = await theClient().agents.register(agentOf(agent));
    return { version: Number(registered.version), changed };
  },
  async get_agent({ agent_id: agentId }) {
    const { tools, ...agent } = await theClient().agents.get(agentId);
    return { agent_id: agent.agentId, tools: tools.map(({ name }) => name) };
  },
  async agents({ prefix }) {
    const found: Data[] = [];
    for await (const { agentId } of theClient().agents.list()) if (agentId.startsWith(prefix)) found.push(agentId);
    return found;
  },
  async agent_tools({ agent_id: agentId }) {
    const found: Data[] = [];
    for await (const { capability, tool } of theClient().agents.tools(agentId))
      found.push(`${capability} ${tool?.name} ${tool?.taskType}`);
    return found;
  },
  async route({ by }) {
    const { agent, matchType } = await theClient().agents.route(routeOf(by));
    return { agent_id: agent?.agentId ?? "", match: matchName(matchType) };
  },
  async delegate({ to, by, tool = "", queue, ...args }) {
    const { input, idempotency_key: idempotencyKey = "" } = args;
    const work = { tool, queue, idempotencyKey, ...(input !== undefined && { input }) };
    const { taskId, existed, agentId } = await theClient().agents.delegate(to ?? { route: routeOf(by) }, work);
    return { task_id: taskId, existed, agent_id: agentId };
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

/** A name stands wherever the id of a task does. */
function taskOf({ task_id: taskId, named: name }: Data): string {
  return name === undefined ? taskId : named(name);
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
  const run = (script: Data) => (input: Data, job: Job) => handle(script, input, job, queue);
  worker = createWorker({
    endpoint: endpoints ?? endpoint,
    key,
    queues: [queue],
    slots,
    capabilities: args.capabilities ?? [],
    drainWithinMs: args.drain_within_ms ?? 30_000,
    handlers: Object.fromEntries(Object.entries(handlers).map(([type, script]) => [type, run(script)])),
    ...(leaseTtlMs !== undefined && { leaseTtlMs }),
    onEvent,
  });
  const over = (error?: unknown) =>
    say({ event: "stopped", ...(error instanceof AsyncGateError && { error: errorOf(error) }) });
  worker.run().then(() => over(), over);
}

function onEvent(event: WorkerEvent): void {
  if (event.type === "connected") say({ event: "connected", resumed: event.resumed });
  else if (event.type === "settled")
    say({ event: "settled", ending: event.ending === "handedOff" ? "handed_off" : event.ending });
  else if (event.type === "refused") say({ event: "refused", reason: event.error.reasonName });
  else if (event.type === "disconnected" || event.type === "draining" || event.type === "over_budget")
    say({ event: event.type });
}

async function handle(steps: Data, input: Data, job: Job, queue: string): Promise<Data> {
  say({ event: "entered", type: job.type, attempt: job.attempt, checkpoint: plain(job.checkpoint) ?? null });
  job.signal.addEventListener("abort", () => say({ event: "told", why: job.signal.reason.stop.why }));
  return await play(steps, input, job, queue);
}

async function play(steps: Data, input: Data, job: Job, queue: string): Promise<Data> {
  for (const step of steps) {
    if (step.on && !isSo(step.on, job)) continue;
    if (step.do) return await play(step.do, input, job, queue);
    if (step.wait) await orStopped(passed(step.wait), job);
    if (step.hold) await passed(step.hold);
    if (step.block_ms) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, step.block_ms);
    try {
      await report(step, job, queue);
    } catch (error) {
      if (!step.catch) throw error;
      say({ event: "caught", error: errorOf(error) });
    }
    if (step.fail) throw new Error(step.fail);
    if (step.fail_for_good) throw new NonRetryable(step.fail_for_good.message, step.fail_for_good);
    if (step.retry_after_ms !== undefined) throw new RetryAfter(step.retry_after_ms, "later");
    const ending = endingOf(step, input, job, queue);
    if (ending) return ending.output;
  }
}

async function report(step: Data, job: Job, queue: string): Promise<void> {
  if (step.start) await job.start();
  if (step.progress) await job.progress(step.progress);
  if ("checkpoint" in step) await job.saveCheckpoint(step.checkpoint);
  if (step.spend) await job.spend(step.spend);
  if (step.add_scopes) await job.addScopes(...step.add_scopes);
  if (step.child) say({ event: "created", task_id: (await job.child(newTask(step.child, queue))).taskId });
  if (step.send_signal) say({ event: "sent", ...plainSignal(await job.sendSignal(...signalOf(step.send_signal))) });
  if (!step.output) return;
  const { stream, text, times = 1, flush = false } = step.output;
  const log = job.output(stream);
  for (let written = 0; written < times; written += 1) await log.write(text);
  if (flush) await log.flush();
}

/** What the handler returns at this step; undefined if it goes on. */
function endingOf(step: Data, input: Data, job: Job, queue: string): { output: Data } | undefined {
  if (step.artifacts) return { output: done({ artifacts: step.artifacts }) };
  if (step.suspend) return { output: job.suspend(suspensionOf(step.suspend, queue)) };
  if (step.ask) return { output: job.ask(questionOf(step.ask)) };
  if (step.hand_off) return { output: job.handOff(handOffOf(step.hand_off)) };
  if (step.verdict) return { output: job.verdict(step.verdict) };
  if (step.release) {
    const { delay_ms: delayMs, checkpoint } = step.release;
    return { output: job.release({ delayMs, checkpoint }) };
  }
  if (step.hand_on) {
    const { next, result = null } = step.hand_on;
    const tasks = next.map((task: Data) => newTask(task, queue));
    return { output: job.handOn(tasks, { result }) };
  }
  if (step.sleep_ms) return { output: job.sleep(step.sleep_ms) };
  if (step.sized) return { output: "x".repeat(step.sized) };
  if ("return" in step) return { output: step.return };
  if (step.return_of) return { output: outputOf(step, input, job) };
  return undefined;
}

function isSo(on: Data, job: Job): boolean {
  if (on.attempt) return job.attempt === on.attempt;
  if (on.results) return job.waitResults.length > 0;
  if (on.answer) return job.answer(on.answer) !== undefined;
  if (on.rejected) return job.rejected !== undefined;
  if (on.handed_over) return job.handedOver !== undefined;
  if (on.over_budget) return job.overBudget;
  return job.checkpoint !== undefined;
}

function orStopped(promise: Promise<void>, { signal }: Job): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve);
  });
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
