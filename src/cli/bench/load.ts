// The load that measurements put on a server: tasks created one by one or in batches, and workers that claim. Latencies
// are returned as samples, without a judgement.
import { create } from "@bufbuild/protobuf";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  CompleteTasksRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  AwaitTaskRequestSchema,
  CreateTaskRequestSchema,
  CreateTasksRequestSchema,
  TaskService,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { BenchClient } from "./client.ts";
import { benchPayload, benchResult } from "./payload.ts";
import { openBenchWorker } from "./work.ts";

/** The same clock for all processes of a machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export type CreateLoad = {
  /** If absent, `bench`. */
  readonly type?: string;
  readonly queue: string;
  readonly tasks: number;
  /** How many a call creates: 1 by CreateTask, more by CreateTasks. */
  readonly batch: number;
  /** Calls in flight at once. */
  readonly callers: number;
  /** Whether batches are answered with ids only. */
  readonly idsOnly?: boolean;
  /** If aborted, no more are created. */
  readonly signal?: AbortSignal;
};

/** Each caller waits for its answer before it calls again. */
export async function createTasks(client: BenchClient, load: CreateLoad): Promise<void> {
  const { type = "bench", queue, batch, idsOnly = false } = load;
  const done = idsOnly ? "createdIds" : "created";
  let left = load.tasks;
  const one = () => create(CreateTaskRequestSchema, { type, queue, payload: benchPayload });
  const caller = async () => {
    while (left > 0 && !load.signal?.aborted) {
      const count = Math.min(batch, left);
      left -= count;
      if (batch === 1) {
        await client.call(TaskService.method.createTask, one());
        continue;
      }
      const request = create(CreateTasksRequestSchema, { tasks: Array.from({ length: count }, one), idsOnly });
      const { results } = await client.call(TaskService.method.createTasks, request);
      const refused = results.find(({ result: answer }) => answer.case !== done);
      if (refused || results.length !== count) throw new Error(`not all of ${count} tasks were created`);
    }
  };
  await Promise.all(Array.from({ length: load.callers }, caller));
}

/** Each caller creates a task, waits until it has ended, and begins again. */
export async function createAndAwaitTasks(client: BenchClient, load: Omit<CreateLoad, "batch">): Promise<void> {
  const { type = "bench", queue } = load;
  const request = create(CreateTaskRequestSchema, { type, queue, payload: benchPayload });
  let left = load.tasks;
  const caller = async () => {
    while (left > 0 && !load.signal?.aborted) {
      left -= 1;
      const { task } = await client.call(TaskService.method.createTask, request);
      const awaited = create(AwaitTaskRequestSchema, { taskId: task?.taskId ?? "" });
      while (!(await client.call(TaskService.method.awaitTask, awaited, load.signal)).ended);
    }
  };
  await Promise.all(Array.from({ length: load.callers }, caller));
}

export type PullLoad = {
  readonly queue: string;
  readonly tasks: number;
  /** How many one ClaimTasks asks for, and one CompleteTasks settles. */
  readonly batch: number;
  /** Workers at once, each of which claims and completes in turn. */
  readonly workers: number;
};

/** How long a claim waits if nothing is queued; it returns as soon as there is a task. */
const claimWaitSeconds = 20n;

/** Completes tasks by unary calls, as workers without a stream do. */
export async function pullTasks(client: BenchClient, load: PullLoad): Promise<void> {
  const finished = Promise.withResolvers<void>();
  const waiting = new AbortController();
  let completed = 0;
  const worker = async () => {
    while (completed < load.tasks) {
      const tokens = await claim(client, load.queue, load.batch, { seconds: claimWaitSeconds, signal: waiting.signal });
      if (tokens.length > 0) await complete(client, tokens);
      completed += tokens.length;
    }
    finished.resolve();
  };
  // Claims that still wait are canceled, or they would take tasks of the next measurement.
  for (let started = 0; started < load.workers; started += 1) worker().catch(finished.reject);
  await finished.promise;
  waiting.abort();
  if (completed !== load.tasks) throw new Error(`${completed} tasks were completed, and ${load.tasks} were created`);
}

/** Claims up to `maxTasks` tasks and returns their tokens. */
export async function claim(
  client: BenchClient,
  queue: string,
  maxTasks: number,
  wait?: { readonly seconds: bigint; readonly signal: AbortSignal },
): Promise<string[]> {
  const seconds = wait && { seconds: wait.seconds };
  const request = create(ClaimTasksRequestSchema, { queues: [queue], maxTasks, ...(seconds && { wait: seconds }) });
  const { tasks } = await client.call(LeaseService.method.claimTasks, request, wait?.signal);
  return tasks.map(({ lease }) => lease?.token ?? "");
}

export async function complete(client: BenchClient, leaseTokens: readonly string[]): Promise<void> {
  const tasks = leaseTokens.map((leaseToken) => create(CompleteTaskRequestSchema, { leaseToken, result: benchResult }));
  const request = create(CompleteTasksRequestSchema, { tasks });
  const { results } = await client.call(LeaseService.method.completeTasks, request);
  const refused = results.find(({ result: answer }) => answer.case !== "completed");
  if (refused) throw new Error(`a completion was refused: ${JSON.stringify(refused.result.value, idsAsText)}`);
}

function idsAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

export type LatencyLoad = {
  readonly queue: string;
  readonly type?: string;
  readonly samples: number;
  readonly signal?: AbortSignal;
};

/** Time to start on an idle system: from the call that creates a task until a worker whose claim waits has the task. */
export async function pullLatencies(tasker: BenchClient, worker: BenchClient, load: LatencyLoad): Promise<number[]> {
  const latenciesMs: number[] = [];
  const { signal } = new AbortController();
  while (latenciesMs.length < load.samples) {
    const parked = claim(worker, load.queue, 1, { seconds: claimWaitSeconds, signal });
    await whenWaiting();
    const fromMs = monotonicMs();
    const created = createTasks(tasker, { queue: load.queue, tasks: 1, batch: 1, callers: 1 });
    const tokens = await parked;
    latenciesMs.push(monotonicMs() - fromMs);
    await created;
    await complete(worker, tokens);
  }
  return latenciesMs;
}

/** The same for a worker on a stream that has a credit. */
export async function streamLatencies(tasker: BenchClient, worker: BenchClient, load: LatencyLoad): Promise<number[]> {
  const { queue, type } = load;
  const latenciesMs: number[] = [];
  let offered = () => {};
  let settled = () => {};
  const session = openBenchWorker(worker, {
    queue,
    types: type ? [type] : [],
    credits: 1,
    instance: "latency",
    heartbeats: true,
    onOffered: () => offered(),
    onSettled: () => settled(),
  });
  await session.welcome;
  while (latenciesMs.length < load.samples && !load.signal?.aborted) {
    await whenWaiting();
    const arrived = new Promise<void>((resolve) => {
      offered = resolve;
    });
    const done = new Promise<void>((resolve) => {
      settled = resolve;
    });
    const fromMs = monotonicMs();
    const created = createTasks(tasker, { queue, ...(type && { type }), tasks: 1, batch: 1, callers: 1 });
    await Promise.race([arrived, session.ended]);
    latenciesMs.push(monotonicMs() - fromMs);
    await Promise.all([created, Promise.race([done, session.ended])]);
  }
  session.bye();
  return latenciesMs;
}

/** Long enough for a call to reach the server and wait there, short enough to take hundreds of samples. */
const settleMs = 20;

function whenWaiting(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, settleMs));
}
