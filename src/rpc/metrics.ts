// The server's metrics, in a registry of their own, so that two servers in one process do not share numbers. Label
// values come from the contract and from fixed lists, never from callers, so the number of series is bounded.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { ReceiptTypeSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { MeasuredQueue, RecordedNews, WorkCount } from "../engine/index.ts";

/** What an HTTP/2 connection was ended for; the metric's help says what each is. */
export type FloodCause =
  | "pings"
  | "settings"
  | "resets"
  | "streams"
  | "acknowledgements"
  | "continuations"
  | "invalid_frames";

export type Metrics = {
  readonly registry: Registry;
  rpcEnded(rpc: { method: string; protocol: string; code: string; reason: string; seconds: number }): void;
  connectionsChanged(by: 1 | -1): void;
  connectionRefused(why: "total" | "address" | "first_bytes" | "tls"): void;
  /** A connection was accepted for health checks and metrics only. */
  connectionLimited(): void;
  connectionFlooded(cause: FloodCause): void;
  loopPassed(name: string, seconds: number, failed: boolean): void;
  /** Streams of workers: how many are open, and what went over them. */
  workStreamsChanged(by: 1 | -1): void;
  workCounted(what: WorkCount, by: number): void;
  hintsListening(isListening: boolean, servers: number): void;
  hintsSent(topics: number): void;
  hintsReceived(topics: number): void;
  /** Reads the connections to Postgres each time that the metrics are read. */
  watchDatabase(connections: () => Readonly<Record<string, number>>): void;
  /** Reads what waits in queues when the metrics are read, and not more often than every few seconds. */
  watchQueues(measure: () => Promise<readonly MeasuredQueue[]>, monotonicMs: () => number): void;
  recorded(news: RecordedNews): void;
};

/** From a fast read to the longest wait of 50 s. */
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const rpcSeconds = new Histogram({
    name: "asyncgate_rpc_duration_seconds",
    help: "How long RPCs took from their headers to their end, streams included.",
    labelNames: ["method", "code"],
    buckets: secondsBuckets,
    registers,
  });
  const rpcs = new Counter({
    name: "asyncgate_rpc_total",
    help: "RPCs that have ended, by how they ended.",
    labelNames: ["method", "protocol", "code", "reason"],
    registers,
  });
  const connections = new Gauge({ name: "asyncgate_connections", help: "Open connections.", registers });
  const refused = new Counter({
    name: "asyncgate_connections_refused_total",
    help:
      "Connections cut before their first request: too many in total or of one address, no first bytes in time, or " +
      "no TLS handshake.",
    labelNames: ["why"],
    registers,
  });
  const loopSeconds = new Histogram({
    name: "asyncgate_loop_duration_seconds",
    help: "How long passes of the server's loops took.",
    labelNames: ["loop", "failed"],
    buckets: secondsBuckets,
    registers,
  });
  const workStreams = new Gauge({ name: "asyncgate_work_streams", help: "Open streams of workers.", registers });
  const worked = new Counter({
    name: "asyncgate_work_items_total",
    help: "What went over streams of workers: offers, offers that went back, items by their answers, heartbeats.",
    labelNames: ["what"],
    registers,
  });
  const hints = countHints(registers);
  const floods = countFloods(registers);
  return {
    registry,
    rpcEnded({ method, protocol, code, reason, seconds }) {
      rpcSeconds.observe({ method, code }, seconds);
      rpcs.inc({ method, protocol, code, reason });
    },
    connectionsChanged: (by) => connections.inc(by),
    connectionRefused: (why) => refused.inc({ why }),
    workStreamsChanged: (by) => workStreams.inc(by),
    workCounted: (what, by) => worked.inc({ what }, by),
    loopPassed: (loop, seconds, failed) => loopSeconds.observe({ loop, failed: String(failed) }, seconds),
    ...floods,
    ...hints,
    watchDatabase: (read) => showConnections(registers, read),
    watchQueues: (measure, monotonicMs) => showQueues(registers, createCached(measure, monotonicMs)),
    recorded: countRecorded(registers),
  };
}

function showConnections(registers: Registry[], read: () => Readonly<Record<string, number>>): void {
  new Gauge({
    name: "asyncgate_database_connections",
    help: "Connections to Postgres: open, allowed by Postgres lately, and at most by pool-max.",
    labelNames: ["state"],
    registers,
    collect() {
      for (const [state, count] of Object.entries(read())) this.set({ state }, count);
    },
  });
}

/** Other labels come from the contract; these are names of tenants and queues, so there is a bound for their number. */
function showQueues(registers: Registry[], measure: () => Promise<readonly MeasuredQueue[] | undefined>): void {
  const show = (name: string, help: string, value: (queue: MeasuredQueue) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["tenant", "queue"],
      registers,
      // Each process of a server measures the same queues.
      aggregator: "max",
      async collect() {
        const queues = await measure();
        this.reset();
        for (const queue of queues ?? []) this.set({ tenant: queue.tenant, queue: queue.queue }, value(queue));
      },
    });
  const which = "Of the queues in which most waits.";
  show("asyncgate_queue_waiting", `Tasks that could be leased now, up to 10,000. ${which}`, ({ waiting }) => waiting);
  show(
    "asyncgate_queue_oldest_seconds",
    `How long the oldest of these could have been leased. ${which}`,
    ({ oldestSeconds }) => oldestSeconds,
  );
}

function countRecorded(registers: Registry[]): Metrics["recorded"] {
  const receipts = new Counter({
    name: "asyncgate_receipts_total",
    help: "Receipts that this server has written for tasks, by type: what was assigned, accepted, completed, failed …",
    labelNames: ["type"],
    registers,
  });
  const waited = new Histogram({
    name: "asyncgate_task_wait_seconds",
    help: "How long tasks that workers got had waited since they could have been leased.",
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600],
    registers,
  });
  return (news) => {
    for (const [type, count] of news.receipts) receipts.inc({ type: typeNames.get(type) ?? "unknown" }, count);
    for (const seconds of news.waitedSeconds) waited.observe(seconds);
  };
}

/** `task.result_ready` for TASK_RESULT_READY. */
const typeNames: ReadonlyMap<number, string> = new Map(
  ReceiptTypeSchema.values.map(({ number, localName }) => [number, localName.toLowerCase().replace("_", ".")]),
);

function countFloods(registers: Registry[]): Pick<Metrics, "connectionLimited" | "connectionFlooded"> {
  const floods = new Counter({
    name: "asyncgate_connections_flooded_total",
    help:
      "HTTP/2 connections ended for a flood, by cause: pings or settings (too many a second), resets (too many calls " +
      "given up), streams (opened far beyond the limit), acknowledgements (of pings and settings, not read), " +
      "continuations (headers that do not end), invalid_frames. Other protocol errors are no floods.",
    labelNames: ["cause"],
    registers,
  });
  const limited = new Counter({
    name: "asyncgate_connections_limited_total",
    help: "Connections accepted for health checks and metrics only: their address floods.",
    registers,
  });
  return {
    connectionFlooded: (cause) => floods.inc({ cause }),
    connectionLimited: () => limited.inc(),
  };
}

function countHints(registers: Registry[]): Pick<Metrics, "hintsListening" | "hintsSent" | "hintsReceived"> {
  const listening = new Gauge({
    name: "asyncgate_hints_listening",
    help: "1 while hints of other servers are heard; without them waiting calls only wake later.",
    aggregator: "min",
    registers,
  });
  const servers = new Gauge({
    name: "asyncgate_hints_other_servers",
    help: "Other servers on this database that were heard of lately.",
    aggregator: "max",
    registers,
  });
  const notifications = new Counter({
    name: "asyncgate_hints_notifications_total",
    help: "Notifications with hints, sent to and received from other servers.",
    labelNames: ["direction"],
    registers,
  });
  const topics = new Counter({
    name: "asyncgate_hints_topics_total",
    help: "What the notifications were about; those that say that too much has changed count as none.",
    labelNames: ["direction"],
    registers,
  });
  const count = (direction: string) => (about: number) => {
    notifications.inc({ direction });
    topics.inc({ direction }, about);
  };
  return {
    hintsListening(isListening, others) {
      listening.set(isListening ? 1 : 0);
      servers.set(others);
    },
    hintsSent: count("sent"),
    hintsReceived: count("received"),
  };
}

/** Scrapes that follow each other faster share a measurement. */
const freshMs = 5_000;

/** Undefined if it failed: a scrape has the other metrics then. */
function createCached<Value>(measure: () => Promise<Value>, monotonicMs: () => number) {
  let last: { readonly atMs: number; readonly value: Promise<Value | undefined> } | undefined;
  return () => {
    const nowMs = monotonicMs();
    if (!last || nowMs - last.atMs >= freshMs) last = { atMs: nowMs, value: measure().catch(() => undefined) };
    return last.value;
  };
}
