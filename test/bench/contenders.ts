// What is measured: our server, its peers, and the limit of the schema. Each contender starts its own processes on a
// fresh database, then runs a number of tasks from the first call that creates one to the last that settles one.
import { monotonicMs } from "../../src/cli/bench/load.ts";
import { jsonOfBytes, payloadBytes, resultBytes } from "../../src/cli/bench/payload.ts";
import type { Program } from "../conformance-clients/languages.ts";
import { type BenchPostgres, untilNone } from "./bench-postgres.ts";
import { type Helper, startHelper, startKit, startProcesses, startProgram, startServer } from "./bench-processes.ts";
import { residentMibOfTree } from "./cpu-time.ts";
import type { GraphileOrders } from "./helper-graphile.ts";
import type { Form, LimitOrders } from "./helper-limit.ts";
import type { LoadOrders, Span } from "./helper-load.ts";
import type { PgBossOrders } from "./helper-pgboss.ts";
import type { RiverOrders } from "./river-program.ts";

export type Contender = {
  readonly name: string;
  /** The settings that a reader needs to repeat the run. */
  readonly settings: Readonly<Record<string, unknown>>;
  open(postgres: BenchPostgres, databaseUrl: string): Promise<Opened>;
};

export type Opened = {
  /** Runs before the measurement. */
  prepare?(tasks: number): Promise<void>;
  run(tasks: number): Promise<Run>;
  /** Its processes by role; Postgres is shared by all contenders. */
  readonly pids: Readonly<Record<string, number>>;
  close(): Promise<void>;
};

export type Run = {
  readonly seconds: number;
  /** The seconds of each part, where they are known. */
  readonly parts?: Readonly<Record<string, number>>;
};

const seconds = ({ fromMs, untilMs }: Span) => (untilMs - fromMs) / 1_000;
const queue = "bench";

// --- ours ----------------------------------------------------------------------------------------------------------

export type Ours = {
  readonly name: string;
  readonly create: {
    readonly batch: number;
    readonly callers: number;
    /** Each caller waits for the end of its task before it creates another. */
    readonly awaits?: true;
    readonly idsOnly?: true;
  };
  readonly work:
    | { readonly by: "pull"; readonly batch: number; readonly workers: number }
    | { readonly by: "stream"; readonly streams: number; readonly credits: number; readonly omitHolder?: true };
  /** Server processes. The tasker and the worker have a connection for each. */
  readonly processes?: number;
};

export function ours({ name, create, work, processes }: Ours): Contender {
  const by = processes === undefined ? {} : { processes };
  return {
    name,
    settings: { create, work, ...by, payload_bytes: payloadBytes, result_bytes: resultBytes, log_level: "warn" },
    async open(_postgres, databaseUrl) {
      const server = processes ? await startProcesses(databaseUrl, processes) : await startServer(databaseUrl);
      const creator = startHelper<LoadOrders>("./helper-load.ts");
      const worker = startHelper<LoadOrders>("./helper-load.ts");
      const each = { connections: processes ?? 1, taskerConnections: processes ?? 1 };
      const target = { url: server.url, ...server.keys, ...each };
      for (const helper of [creator, worker]) await helper.ask("connect", target);
      if (work.by === "stream") await worker.ask("openWorkers", { queue, ...work });
      return {
        pids: { server: server.pid, creator: creator.pid, worker: worker.pid },
        async run(tasks) {
          const working =
            work.by === "stream"
              ? worker.ask("untilSettled", { tasks })
              : worker.ask("pull", { queue, tasks, batch: work.batch, workers: work.workers });
          const load = { queue, tasks, ...create };
          const creating = create.awaits ? creator.ask("createAndAwait", load) : creator.ask("create", load);
          const [worked, created] = await Promise.all([working, creating]);
          const untilMs = create.awaits ? created.untilMs : worked.untilMs;
          return { seconds: seconds({ fromMs: created.fromMs, untilMs }) };
        },
        close: () => closeAll(creator, worker, server),
      };
    },
  };
}

export type OursByKit = {
  readonly name: string;
  readonly create: Ours["create"];
  readonly slots: number;
  /** The driver of the conformance scenarios, which works with its kit as it is told. */
  readonly driver: () => Program;
  /** Takes the resident memory of the worker after each run. */
  readonly onMemory: (mib: number) => void;
};

/** The same with a kit's worker in place of bare streams. */
export function oursByKit({ name, create, slots, driver, onMemory }: OursByKit): Contender {
  return {
    name,
    settings: { create, work: { by: "kit", slots }, payload_bytes: payloadBytes, result_bytes: resultBytes },
    async open(_postgres, databaseUrl) {
      const program = driver();
      const server = await startServer(databaseUrl);
      const creator = startHelper<LoadOrders>("./helper-load.ts");
      const worker = startKit(program);
      await creator.ask("connect", { url: server.url, ...server.keys });
      const handlers = { bench: [{ return: JSON.parse(jsonOfBytes(resultBytes)) }] };
      await worker.command("worker", { endpoint: server.url, key: server.keys.worker, queue, slots, handlers });
      return {
        pids: { server: server.pid, creator: creator.pid, worker: worker.pid },
        async run(tasks) {
          const { fromMs } = await creator.ask("create", { queue, tasks, ...create });
          const untilMs = await untilNone(databaseUrl, unfinished);
          onMemory(residentMibOfTree(worker.pid));
          return { seconds: seconds({ fromMs, untilMs }) };
        },
        close: () => closeAll(creator, worker, server),
      };
    },
  };
}

const unfinished = "select where exists (select from ready) or exists (select from lease)";

async function closeAll(...all: readonly { stop(): Promise<void> }[]): Promise<void> {
  for (const one of all) await one.stop();
}

// --- graphile-worker -----------------------------------------------------------------------------------------------

export type Graphile = {
  readonly name: string;
  readonly add: { readonly batch: number; readonly callers: number; readonly pool: number };
  readonly run: { readonly concurrentJobs: number; readonly pool: number; readonly localQueueSize?: number };
};

export function graphile({ name, add, run }: Graphile): Contender {
  return {
    name,
    settings: { add, run, payload_bytes: payloadBytes, result_bytes: 0, log: "silent" },
    async open(_postgres, databaseUrl) {
      const adder = startHelper<GraphileOrders>("./helper-graphile.ts");
      const worker = startHelper<GraphileOrders>("./helper-graphile.ts");
      await adder.ask("connectToAdd", { databaseUrl, pool: add.pool });
      await worker.ask("run", { databaseUrl, ...run });
      return {
        pids: { adder: adder.pid, worker: worker.pid },
        run: (tasks) =>
          handledRun(worker, tasks, () => adder.ask("add", { tasks, ...add }), {
            databaseUrl,
            leftOver: "select 1 from graphile_worker._private_jobs limit 1",
          }),
        async close() {
          await worker.ask("stop", undefined as never);
          await closeAll(adder, worker);
        },
      };
    },
  };
}

type Left = { readonly databaseUrl: string; readonly leftOver: string };

/** From the first call that adds a job until no job is left in the database. */
async function handledRun(
  worker: Helper<GraphileOrders> | Helper<PgBossOrders> | Helper<RiverOrders>,
  tasks: number,
  add: () => Promise<Span>,
  { databaseUrl, leftOver }: Left,
): Promise<Run> {
  const one = worker as Helper<PgBossOrders>;
  await one.ask("startCounting", undefined as never);
  const handled = one.ask("untilHandled", { tasks });
  const [added] = await Promise.all([add(), handled]);
  const untilMs = await untilNone(databaseUrl, leftOver);
  return { seconds: seconds({ fromMs: added.fromMs, untilMs }) };
}

// --- pg-boss -------------------------------------------------------------------------------------------------------

export type PgBossContender = {
  readonly name: string;
  readonly send: { readonly callers: number; readonly pool: number };
  readonly work: { readonly batchSize: number; readonly localConcurrency: number; readonly pool: number };
};

export function pgBoss({ name, send, work }: PgBossContender): Contender {
  return {
    name,
    settings: { send, work, payload_bytes: payloadBytes, result_bytes: resultBytes },
    async open(_postgres, databaseUrl) {
      const sender = startHelper<PgBossOrders>("./helper-pgboss.ts");
      const worker = startHelper<PgBossOrders>("./helper-pgboss.ts");
      await sender.ask("connect", { databaseUrl, pool: send.pool });
      await worker.ask("connect", { databaseUrl, pool: work.pool });
      await worker.ask("work", { batchSize: work.batchSize, localConcurrency: work.localConcurrency });
      return {
        pids: { sender: sender.pid, worker: worker.pid },
        run: (tasks) =>
          handledRun(worker, tasks, () => sender.ask("send", { tasks, callers: send.callers }), {
            databaseUrl,
            leftOver: "select 1 from pgboss.job where name = 'bench' and state < 'completed' limit 1",
          }),
        close: () => closeAll(sender, worker),
      };
    },
  };
}

// --- River ---------------------------------------------------------------------------------------------------------

export type River = {
  readonly name: string;
  readonly add: { readonly batch: number; readonly callers: number; readonly pool: number };
  readonly run: {
    readonly maxWorkers: number;
    readonly pool: number;
    readonly fetchCooldownMs: number;
    readonly fetchPollIntervalMs: number;
  };
};

export function river({ name, add, run }: River, program: string): Contender {
  return {
    name,
    settings: { add, run, payload_bytes: payloadBytes, result_bytes: 0, log: "warn" },
    async open(_postgres, databaseUrl) {
      const adder = startProgram<RiverOrders>(program);
      const worker = startProgram<RiverOrders>(program);
      await adder.ask("connectToAdd", { databaseUrl, pool: add.pool });
      await worker.ask("run", { databaseUrl, ...run });
      const { text } = JSON.parse(jsonOfBytes(payloadBytes)) as { text: string };
      const adding = async (tasks: number) => {
        const fromMs = monotonicMs();
        await adder.ask("add", { tasks, batch: add.batch, callers: add.callers, text });
        return { fromMs, untilMs: monotonicMs() };
      };
      const leftOver = "select 1 from river_job where state in ('available', 'running', 'retryable') limit 1";
      return {
        pids: { adder: adder.pid, worker: worker.pid },
        run: (tasks) => handledRun(worker, tasks, () => adding(tasks), { databaseUrl, leftOver }),
        async close() {
          await worker.ask("stop", undefined);
          await closeAll(adder, worker);
        },
      };
    },
  };
}

// --- the limit -----------------------------------------------------------------------------------------------------

/** As the ledger was stored before it had pages. Every task is queued first, and claimed from the queue. */
export const limitRows = limitOf("limit_rows", { receipts: "rows", granted: false });

/** As the ledger is stored. */
export const limitPages = limitOf("limit_pages", { receipts: "pages", granted: false });

/** Every task is leased in the transaction that creates it, as the server does when a worker waits. */
export const limitGranted = limitOf("limit_granted", { receipts: "pages", granted: true });

function limitOf(name: string, form: Form): Contender {
  const bytes = { payload_bytes: payloadBytes, result_bytes: resultBytes };
  const { receipts, granted } = form;
  return {
    name,
    settings: { batch: 200, connections: 4, pipeline: true, receipts, granted_at_creation: granted, ...bytes },
    async open(_postgres, databaseUrl) {
      const writer = startHelper<LimitOrders>("./helper-limit.ts");
      await writer.ask("connect", { databaseUrl, receipts });
      return {
        pids: { writer: writer.pid },
        prepare: (tasks) => writer.ask("prepare", { tasks, ...form }),
        async run() {
          const create = seconds(await writer.ask("create", undefined as never));
          const claim = granted ? 0 : seconds(await writer.ask("claim", undefined as never));
          const settle = seconds(await writer.ask("settle", undefined as never));
          return { seconds: create + claim + settle, parts: { create, ...(!granted && { claim }), settle } };
        },
        close: () => writer.stop(),
      };
    },
  };
}
