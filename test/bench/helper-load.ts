// A process that loads our server as a tasker and as a worker.
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { KeepLeasesRequestSchema, LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import {
  AcceptSchema,
  HelloSchema,
  WorkerService,
  WorkRequestSchema,
} from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { type BenchClient, openBenchClient } from "../../src/cli/bench/client.ts";
import {
  type CreateLoad,
  claim,
  complete,
  createAndAwaitTasks,
  createTasks,
  type LatencyLoad,
  monotonicMs,
  pullLatencies,
  pullTasks,
  streamLatencies,
} from "../../src/cli/bench/load.ts";
import { jsonOfBytes, payloadBytes } from "../../src/cli/bench/payload.ts";
import { type BenchWorker, openBenchWorker } from "../../src/cli/bench/work.ts";
import { takeOrders } from "./bench-processes.ts";
import { holdPrinters, type OutputLoad, print } from "./output-load.ts";
import { createChain, createFanIn, createSleepers, wakeLatencies } from "./wait-load.ts";

type Target = {
  readonly url: string;
  readonly tasker: string;
  readonly worker: string;
  /** Connections of the worker, and of the tasker; one if absent. */
  readonly connections?: number;
  readonly taskerConnections?: number;
};
export type Span = { readonly fromMs: number; readonly untilMs: number };

type Opened = { readonly target: Target; readonly tasker: BenchClient; readonly worker: BenchClient };

let opened: Opened | undefined;
let sessions: BenchWorker[] = [];
let printers: readonly string[] = [];
let keepers: { readonly heartbeat: () => Promise<void> }[] = [];

function clients(): Opened {
  if (!opened) throw new Error('the order "connect" must come first');
  return opened;
}

async function spanOf(work: () => Promise<unknown>): Promise<Span> {
  const fromMs = monotonicMs();
  await work();
  return { fromMs, untilMs: monotonicMs() };
}

async function together(count: number, work: (place: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, place) => work(place)));
}

type Settle = { readonly queue: string; readonly tasks: number; readonly batch: number; readonly workers: number };
type Work = {
  readonly queue: string;
  readonly streams: number;
  readonly credits: number;
  readonly omitHolder?: boolean;
};
type Count = { readonly queue: string; readonly tasks: number };
type Hold = { readonly queue: string; readonly streams: number; readonly leasesEach: number };

const orders = {
  connect: async (target: Target): Promise<void> => {
    const { url, connections, taskerConnections } = target;
    opened?.tasker.close();
    opened?.worker.close();
    const tasker = openBenchClient(url, target.tasker, taskerConnections);
    opened = { target, tasker, worker: openBenchClient(url, target.worker, connections) };
  },
  /** Leases of tasks that print, in place of the last ones. */
  holdPrinters: async (load: Pick<OutputLoad, "queue" | "writers">): Promise<void> => {
    printers = await holdPrinters(clients().tasker, clients().worker, load);
  },
  print: (load: OutputLoad): Promise<Span> => spanOf(() => print(clients().worker, printers, load)),
  create: (load: CreateLoad): Promise<Span> => spanOf(() => createTasks(clients().tasker, load)),
  createAndAwait: (load: Omit<CreateLoad, "batch">): Promise<Span> =>
    spanOf(() => createAndAwaitTasks(clients().tasker, load)),
  /** `create` with Connect's client, to see what it costs. */
  createByConnect: ({ queue, tasks, callers }: CreateLoad): Promise<Span> => {
    const { url, tasker } = clients().target;
    const client = createClient(TaskService, createGrpcTransport({ baseUrl: url }));
    const payload = { content: { case: "json", value: jsonOfBytes(payloadBytes) } } as const;
    const headers = { authorization: `Bearer ${tasker}` };
    let left = tasks;
    return spanOf(() =>
      together(callers, async () => {
        for (; left > 0; left -= 1) await client.createTask({ type: "bench", queue, payload }, { headers });
      }),
    );
  },
  pull: (load: Settle): Promise<Span> => spanOf(() => pullTasks(clients().worker, load)),
  /** Claims everything, then completes everything: the cost of each step by itself. */
  claimThenComplete: async ({ queue, tasks, batch, workers }: Settle): Promise<{ claims: Span; completes: Span }> => {
    const { worker } = clients();
    const held: string[][] = [];
    let claimed = 0;
    const claims = await spanOf(() =>
      together(workers, async () => {
        while (claimed < tasks) {
          const tokens = await claim(worker, queue, batch);
          if (tokens.length === 0) return;
          claimed += tokens.length;
          held.push(tokens);
        }
      }),
    );
    const completes = await spanOf(() =>
      together(workers, async () => {
        for (let tokens = held.pop(); tokens; tokens = held.pop()) await complete(worker, tokens);
      }),
    );
    if (claimed !== tasks) throw new Error(`${claimed} of ${tasks} tasks could be claimed`);
    return { claims, completes };
  },
  /** Creates, claims and completes tasks one after the other; returns the milliseconds of each call. */
  callLatencies: async ({ queue, samples }: LatencyLoad): Promise<number[]> => {
    const { tasker, worker } = clients();
    const latenciesMs: number[] = [];
    const timed = async <Answer>(call: Promise<Answer>): Promise<Answer> => {
      const fromMs = monotonicMs();
      const answer = await call;
      latenciesMs.push(monotonicMs() - fromMs);
      return answer;
    };
    while (latenciesMs.length < samples) {
      await timed(createTasks(tasker, { queue, tasks: 1, batch: 1, callers: 1 }));
      const tokens = await timed(claim(worker, queue, 1));
      await timed(complete(worker, tokens));
    }
    return latenciesMs;
  },
  streamLatencies: (load: LatencyLoad): Promise<number[]> => streamLatencies(clients().tasker, clients().worker, load),
  wakeLatencies: (load: LatencyLoad): Promise<number[]> => wakeLatencies(clients().tasker, clients().worker, load),
  createChain: ({ queue, tasks }: Count): Promise<Span> => spanOf(() => createChain(clients().tasker, queue, tasks)),
  createSleepers: ({ queue, tasks }: Count) => createSleepers(clients().tasker, queue, tasks),
  createFanIn: ({ queue, tasks }: Count): Promise<Span> => spanOf(() => createFanIn(clients().tasker, queue, tasks)),
  pullLatencies: (load: LatencyLoad): Promise<number[]> => pullLatencies(clients().tasker, clients().worker, load),
  /** Starts calls that wait for tasks that never come. */
  park: async ({ queue, workers }: { queue: string; workers: number }): Promise<void> => {
    const { worker } = clients();
    const { signal } = new AbortController();
    for (let place = 0; place < workers; place += 1) void claim(worker, queue, 1, { seconds: 50n, signal });
  },
  /** Opens streams that keep `leasesEach` leases each. */
  keep: async ({ queue, streams, leasesEach }: Hold): Promise<void> => {
    const { worker } = clients();
    keepers = [];
    for (let place = 0; place < streams; place += 1)
      keepers.push(keeper(worker, await claim(worker, queue, leasesEach)));
    await Promise.all(keepers.map(({ heartbeat }) => heartbeat()));
  },
  /** Sends one heartbeat on each stream. */
  heartbeatKeepers: async (): Promise<void> => void (await Promise.all(keepers.map(({ heartbeat }) => heartbeat()))),
  /** Opens sessions that wait for work, or take `leasesEach` tasks each and keep them. */
  openSessions: async ({ queue, streams, leasesEach }: Hold): Promise<void> => {
    const { worker } = clients();
    let taken = 0;
    const all = Promise.withResolvers<void>();
    const onOffered = (tasks: number) => {
      taken += tasks;
      if (taken === streams * leasesEach) all.resolve();
    };
    if (leasesEach === 0) all.resolve();
    sessions = Array.from({ length: streams }, (_, place) =>
      openBenchWorker(worker, {
        queue,
        credits: Math.max(1, leasesEach),
        instance: `${place}`,
        holds: true,
        heartbeats: leasesEach === 0,
        onOffered,
      }),
    );
    await Promise.all(sessions.map(({ welcome }) => welcome));
    await all.promise;
  },
  /** Sends messages of one item each, with a token that is no lease: the cost of a message by itself. */
  streamMessages: async ({ queue, tasks }: { queue: string; tasks: number }): Promise<Span> => {
    let answered = 0;
    let sent = 0;
    const finished = Promise.withResolvers<void>();
    const stream = clients().worker.open(WorkerService.method.work, ({ settled, welcome }) => {
      answered += settled.length;
      if (answered === tasks) finished.resolve();
      const free = welcome ? messagesInFlight : settled.length;
      for (let next = 0; next < free && sent < tasks; next += 1, sent += 1) stream.send(unknownAccept());
    });
    stream.ended.catch(finished.reject);
    const span = await spanOf(() => {
      stream.send(create(WorkRequestSchema, { hello: create(HelloSchema, { queues: [queue] }) }));
      return finished.promise;
    });
    stream.end();
    return span;
  },
  endSessions: async (): Promise<void> => {
    for (const session of sessions) session.bye();
    await Promise.all(sessions.map(({ ended }) => ended));
  },
  heartbeatSessions: async (): Promise<void> =>
    void (await Promise.all(sessions.map((session) => session.heartbeat()))),
  /** Opens sessions that complete what they are offered until the process ends. */
  openWorkers: async ({ queue, streams, credits, omitHolder = false }: Work): Promise<void> => {
    sessions = Array.from({ length: streams }, (_, place) =>
      openBenchWorker(clients().worker, {
        queue,
        credits,
        omitHolder,
        instance: `${place}`,
        heartbeats: true,
        onSettled,
      }),
    );
    for (const { ended } of sessions) ended.catch((error: Error) => settling?.failed(error));
    await Promise.all(sessions.map(({ welcome }) => welcome));
  },
  /** Resolves when they have settled `tasks` tasks. */
  untilSettled: ({ tasks }: { tasks: number }): Promise<Span> =>
    spanOf(
      () =>
        new Promise<void>((resolve, failed) => {
          settling = { left: tasks, done: resolve, failed };
        }),
    ),
};

/** As many as a busy worker has in flight. */
const messagesInFlight = 100;

function unknownAccept() {
  return create(WorkRequestSchema, { accepts: [create(AcceptSchema, { leaseToken: "agl1_unknown" })] });
}

type Settling = { left: number; readonly done: () => void; readonly failed: (error: Error) => void };

let settling: Settling | undefined;

function onSettled(tasks: number): void {
  if (!settling) throw new Error('tasks were settled before the order "untilSettled"');
  settling.left -= tasks;
  if (settling.left <= 0) settling.done();
}

/** A KeepLeases stream that sends the next heartbeat after the answer to the last. */
function keeper(worker: BenchClient, leaseTokens: readonly string[]): { readonly heartbeat: () => Promise<void> } {
  let heard = () => {};
  const stream = worker.open(LeaseService.method.keepLeases, () => heard());
  let sequence = 0n;
  let first: { keep?: { leaseTokens: string[] } } = { keep: { leaseTokens: [...leaseTokens] } };
  return {
    heartbeat: () =>
      new Promise((resolve, reject) => {
        heard = resolve;
        // A stream that has ended sends no answer.
        stream.ended.then(() => reject(new Error("the stream has ended")), reject);
        sequence += 1n;
        stream.send(create(KeepLeasesRequestSchema, { sequence, ...first }));
        first = {};
      }),
  };
}

export type LoadOrders = typeof orders;

takeOrders(orders);
