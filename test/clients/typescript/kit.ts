// What every test of the kit begins with: a real server in a process of its own on a fresh database, clients and
// workers that reach it as users' do, and a way to wait for what a worker tells.
import { beforeAll, onTestFinished } from "vitest";
import {
  type Client,
  createClient,
  createWorker,
  type Protocol,
  type Worker,
  type WorkerEvent,
  type WorkerOptions,
} from "../../../clients/typescript/src/index.ts";
import { type AtEnd, type DevServer, makeDataDir, readKey, startDevServer } from "../../e2e/dev-server.ts";
import { createTestDatabase } from "../../helpers/database.ts";

export const kitTimeoutMs = 300_000;

export type Kit = {
  readonly server: DevServer;
  /** The operator may do both: create tasks and work on them. */
  readonly keys: {
    readonly tasker: string;
    readonly worker: string;
    readonly operator: string;
    readonly executor: string;
    readonly admin: string;
  };
  readonly client: Client;
  /** Another server on the same database. */
  startAnother(more?: readonly string[]): Promise<DevServer>;
  startWorker(options: Partial<WorkerOptions> & Pick<WorkerOptions, "handlers">): TestWorker;
};

/** One server for all tests of a describe: each uses types of tasks of its own. */
export function shareKit(options: KitOptions = {}): () => Kit {
  let kit: Kit | undefined;
  beforeAll(async () => {
    const ends: (() => Promise<void>)[] = [];
    kit = await openKit({ ...options, atEnd: (stop) => void ends.push(stop) });
    return async () => {
      for (const end of ends.reverse()) await end();
    };
  }, kitTimeoutMs);
  return () => {
    if (!kit) throw new Error("the server is not there yet");
    return kit;
  };
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const read: Item[] = [];
  for await (const item of items) read.push(item);
  return read;
}

export type TestWorker = Worker & {
  readonly events: readonly WorkerEvent[];
  /** The first event of this type, as soon as there is one. */
  heard<Type extends WorkerEvent["type"]>(type: Type): Promise<WorkerEvent & { readonly type: Type }>;
  /** How `run` ended; undefined while it has not failed. */
  readonly ended: Promise<unknown>;
};

export type KitOptions = { readonly protocol?: Protocol; readonly flags?: readonly string[]; readonly atEnd?: AtEnd };

export async function openKit({
  protocol = "grpc",
  flags = [],
  atEnd = onTestFinished,
}: KitOptions = {}): Promise<Kit> {
  const dataDir = await makeDataDir(atEnd);
  const databaseUrl = await createTestDatabase("migrated", atEnd);
  // Tests of machines start runners of their own; `--machines on` among the flags lets the server's own run.
  const common = ["--database-url", databaseUrl, "--machines", "off", ...flags];
  const start = (end: AtEnd, more: readonly string[] = []) => startDevServer(dataDir, [...common, ...more], end);
  const server = await start(atEnd);
  const keys = {
    tasker: await readKey(dataDir, "tasker"),
    worker: await readKey(dataDir, "worker"),
    operator: await readKey(dataDir, "operator"),
    executor: await readKey(dataDir, "executor"),
    admin: await readKey(dataDir, "admin"),
  };
  const client = createClient({ endpoint: server.url, key: keys.tasker, protocol });
  atEnd(async () => client.close());
  return {
    server,
    keys,
    client,
    startAnother: (more = []) => start(onTestFinished, more),
    startWorker: (options) =>
      startWorker({ endpoint: server.url, key: keys.worker, protocol, drainOn: [], ...options }),
  };
}

export function startWorker(options: WorkerOptions): TestWorker {
  const events: WorkerEvent[] = [];
  const waiting = new Set<() => void>();
  const worker = createWorker({
    ...options,
    onEvent(event) {
      events.push(event);
      for (const look of waiting) look();
    },
  });
  const ended = worker.run().then(
    () => undefined,
    (error: unknown) => error,
  );
  onTestFinished(() => worker.stop({ withinMs: 0 }).catch(() => {}));
  return {
    ...worker,
    events,
    ended,
    heard: (type) =>
      new Promise((resolve) => {
        const look = () => {
          const found = events.find((event) => event.type === type);
          if (!found) return;
          waiting.delete(look);
          resolve(found as never);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** A place where a handler waits until the test lets it go on. */
export function createGate<Value = void>() {
  const entered = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<Value>();
  return {
    entered: entered.promise,
    open: resolve,
    async pass(): Promise<Value> {
      entered.resolve();
      return await promise;
    },
  };
}
