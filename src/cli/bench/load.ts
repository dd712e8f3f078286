// The load that measurements put on a server: tasks created one by one or in batches, and workers that pull. Each
// answers with how long it took; what it means is for others to say.
import { create } from "@bufbuild/protobuf";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  CompleteTasksRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  CreateTaskRequestSchema,
  CreateTasksRequestSchema,
  TaskService,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { BenchClient } from "./client.ts";
import { benchPayload, benchResult } from "./payload.ts";
import { openWorkSession } from "./work.ts";

/** One clock for all processes of a machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export type CreateLoad = {
  /** If absent, `bench`. */
  readonly type?: string;
  readonly queue: string;
  readonly tasks: number;
  /** How many go into one call; 1 is CreateTask, more is CreateTasks. */
  readonly batch: number;
  /** Calls under way at once. */
  readonly callers: number;
  /** No more are created from then on. */
  readonly signal?: AbortSignal;
};

/** Creates so many tasks; each caller waits for its answer before it calls again. */
export async function createTasks(client: BenchClient, load: CreateLoad): Promise<void> {
  const { type = "bench", queue, batch } = load;
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
      const request = create(CreateTasksRequestSchema, { tasks: Array.from({ length: count }, one) });
      const { results } = await client.call(TaskService.method.createTasks, request);
      const refused = results.find(({ result: answer }) => answer.case !== "created");
      if (refused || results.length !== count) throw new Error(`of ${count} tasks not all were created`);
    }
  };
  await Promise.all(Array.from({ length: load.callers }, caller));
}

export type PullLoad = {
  readonly queue: string;
  readonly tasks: number;
  /** How many are asked for by one ClaimTasks, and settled by one CompleteTasks. */
  readonly batch: number;
  /** Workers at once, each with its own turn of claim and completion. */
  readonly workers: number;
};

/** How long a claim waits where nothing is to be had; it comes back as soon as something is. */
const claimWaitSeconds = 20n;

/** Works off so many tasks by unary calls, as workers without a stream do. */
export async function pullTasks(client: BenchClient, load: PullLoad): Promise<void> {
  const finished = Promise.withResolvers<void>();
  const waiting = new AbortController();
  let done = 0;
  const worker = async () => {
    while (done < load.tasks) {
      const tokens = await claim(client, load.queue, load.batch, { seconds: claimWaitSeconds, signal: waiting.signal });
      if (tokens.length > 0) await complete(client, tokens);
      done += tokens.length;
    }
    finished.resolve();
  };
  // The last completion ends it: claims that still wait then are called off, or they would take what comes next.
  for (let started = 0; started < load.workers; started += 1) worker().catch(finished.reject);
  await finished.promise;
  waiting.abort();
  if (done !== load.tasks) throw new Error(`${done} tasks were done, and ${load.tasks} were made`);
}

/** Leases what there is, up to so many, and answers with the tokens. */
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

/** How soon work starts on an idle system: from the call that creates a task to the task in a parked worker's hands. */
export async function pullLatencies(tasker: BenchClient, worker: BenchClient, load: LatencyLoad): Promise<number[]> {
  const latenciesMs: number[] = [];
  const { signal } = new AbortController();
  while (latenciesMs.length < load.samples) {
    const parked = claim(worker, load.queue, 1, { seconds: claimWaitSeconds, signal });
    await whenParked();
    const fromMs = monotonicMs();
    const created = createTasks(tasker, { queue: load.queue, tasks: 1, batch: 1, callers: 1 });
    const tokens = await parked;
    latenciesMs.push(monotonicMs() - fromMs);
    await created;
    await complete(worker, tokens);
  }
  return latenciesMs;
}

/** The same with a worker on a stream, which has room and waits. */
export async function streamLatencies(tasker: BenchClient, worker: BenchClient, load: LatencyLoad): Promise<number[]> {
  const { queue, type } = load;
  const latenciesMs: number[] = [];
  let offered = () => {};
  let settled = () => {};
  const session = openWorkSession(worker, {
    ...{ queue, types: type ? [type] : [], credits: 1, instance: "latency", beats: true },
    onOffered: () => offered(),
    onSettled: () => settled(),
  });
  await session.welcome;
  while (latenciesMs.length < load.samples && !load.signal?.aborted) {
    await whenParked();
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

/** Long enough for a call to have come to rest at the server, and short enough to take hundreds of samples. */
const restMs = 20;

function whenParked(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, restMs));
}
