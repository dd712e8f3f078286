// The limit of this schema: exactly the rows that the server writes for tasks of four receipts, written by hand-batched
// SQL without a server. The decisions are made and the values encoded before the clock starts; what is measured is
// prepared statements over arrays, pipelined, one transaction a batch. Nothing is locked except by the writes
// themselves, and no call is authenticated, answered or recorded for replay. Receipts are written in pages, as the
// server does it, or as rows, as it was done before.
import { randomUUID } from "node:crypto";
import { create, fromBinary } from "@bufbuild/protobuf";
import pg from "pg";
import { CompleteTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PayloadSchema } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { monotonicMs } from "../../src/cli/bench/load.ts";
import { jsonOfBytes, payloadBytes, resultBytes } from "../../src/cli/bench/payload.ts";
import { claimTask } from "../../src/core/claim-tasks.ts";
import { completeTask } from "../../src/core/complete-task.ts";
import { createTask } from "../../src/core/create-task.ts";
import type { Decision } from "../../src/core/decision.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import { decisionContext } from "../../src/engine/engine.ts";
import { recordCreations } from "../../src/engine/tasks/record-creations.ts";
import { writeDecisions } from "../../src/engine/tx/write-decisions.ts";
import { pickReady } from "../../src/store/ready.sql.gen.ts";
import type { Encoded, Executor, Statement } from "../../src/store/statement.ts";
import { plannerSettings, type Transaction } from "../../src/store/transaction.ts";
import { type BenchEngine, openBenchEngine } from "./bench-engine.ts";
import { query } from "./bench-postgres.ts";
import { takeOrders } from "./bench-processes.ts";
import type { Span } from "./helper-load.ts";
import { createReceiptRow, insertReceiptRows } from "./receipt-rows.ts";

const batchSize = 200;
const connections = 4;
const taskType = "bench";
const leaseTtlMs = 60_000;
/** In Postgres's binary format the length of an array follows its dimensions, flags and type. */
const arrayLengthAt = 12;

type Written = { readonly statement: Statement; readonly values: readonly Encoded[]; readonly rows: number };
type Batch = {
  readonly queue: string;
  readonly taskIds: readonly string[];
  readonly create: readonly Written[];
  readonly claim: readonly Written[];
  readonly settle: readonly Written[];
};
/** How receipts are stored, and whether a task is leased in the transaction that creates it. */
export type Form = { readonly receipts: "pages" | "rows"; readonly granted: boolean };
type Lane = { readonly client: pg.Client; readonly batches: Batch[] };

let bench: BenchEngine | undefined;
let lanes: Lane[] = [];

const orders = {
  connect: async ({ databaseUrl, receipts }: { databaseUrl: string } & Pick<Form, "receipts">): Promise<void> => {
    bench = await openBenchEngine(databaseUrl);
    if (receipts === "rows") await query(databaseUrl, createReceiptRow);
    const clients = Array.from({ length: connections }, () => connect(databaseUrl));
    lanes = (await Promise.all(clients)).map((client) => ({ client, batches: [] }));
  },
  prepare: async ({ tasks, ...form }: { tasks: number } & Form): Promise<void> => {
    for (const lane of lanes) lane.batches.length = 0;
    for (let made = 0, turn = 0; made < tasks; made += batchSize, turn += 1) {
      const place = turn % lanes.length;
      lanes[place]?.batches.push(await makeBatch(`lane-${place}`, Math.min(batchSize, tasks - made), form));
    }
  },
  create: (): Promise<Span> => phase(async (client, batch) => await commit(client, batch.create, true)),
  claim: (): Promise<Span> => phase(claimBatch),
  settle: (): Promise<Span> => phase(async (client, batch) => await commit(client, batch.settle, true)),
};

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, pipeline: true });
  await client.connect();
  for (const [name, value] of plannerSettings) await client.query(`set ${name} = ${value}`);
  return client;
}

async function makeBatch(queue: string, count: number, { receipts, granted }: Form): Promise<Batch> {
  if (!bench) throw new Error('the order "connect" must come first');
  const { engine, tenantId } = bench;
  const now = new Date();
  const moment = decisionContext(engine, now);
  const agent = bench.caller("agent", "bench");
  const worker = bench.caller("worker", "bench");
  const payload = create(PayloadSchema, { content: { case: "json", value: jsonOfBytes(payloadBytes) } });
  const result = create(PayloadSchema, { content: { case: "json", value: jsonOfBytes(resultBytes) } });
  const request = create(CreateTaskRequestSchema, { type: taskType, queue, payload });
  const completion = create(CompleteTaskRequestSchema, { result });
  const session = { sessionId: randomUUID(), ttlMs: leaseTtlMs, expireTime: new Date(Date.now() + leaseTtlMs) };
  const claimer = {
    principal: worker.principalText,
    instance: "",
    ttlWishMs: undefined,
    session,
    bounds: engine.leaseBounds,
  };
  const creations = Array.from({ length: count }, () => createTask(request, agent.principal, moment));
  // What is recorded apart has pages of its own.
  const ofClaims = granted ? moment : decisionContext(engine, now);
  const grants = creations.map(({ made: waiting, task }) => {
    const terms = fromBinary(TaskSchema, task.terms);
    return claimTask(waiting, { owner: task.owner, obligated: task.obligated, terms }, claimer, ofClaims);
  });
  // When a worker waits, the server leases a task in the transaction that creates it.
  const made = creations.map((creation, place) => {
    const claimed = grants[place];
    if (!granted || !claimed) return { creation, decision: creation };
    const both = [...creation.receipts, ...claimed.receipts];
    return { creation, decision: { ...creation, after: claimed.after, receipts: both } };
  });
  const rules = { mode: LocatabilityMode.LENIENT, limits: engine.limits };
  const ofEnds = decisionContext(engine, now);
  const ends = grants.map(({ after }) => {
    const decision = completeTask(after, completion, rules, ofEnds);
    if (isRefusal(decision)) throw new Error(`refused: ${decision.message}`);
    return decision;
  });
  const inForm = (statements: readonly Written[], of: readonly Decision[]) =>
    receipts === "pages" ? statements : asRows(statements, tenantId, now, of);
  const decisions = made.map(({ decision }) => decision);
  return {
    queue,
    taskIds: creations.map(({ task }) => task.taskId),
    create: inForm(await written(now, (tx) => recordCreations(engine, tx, tenantId, made)), decisions),
    claim: inForm(await written(now, (tx) => writeDecisions(engine, tx, tenantId, grants)), grants),
    settle: inForm(await written(now, (tx) => writeDecisions(engine, tx, tenantId, ends)), ends),
  };
}

/** The same statements with one for rows of receipts in place of those for pages. */
function asRows(statements: readonly Written[], tenantId: string, now: Date, of: readonly Decision[]): Written[] {
  const others = statements.filter(({ statement }) => !statement.name.startsWith("InsertLedger"));
  if (others.length === statements.length) throw new Error("no statement writes pages");
  const rows = of.flatMap((decision) => decision.receipts);
  return [...others, insertReceiptRows(tenantId, now, rows)];
}

/** The statements that an operation would send. Each statement of `record` changes one row per array element. */
async function written(now: Date, work: (tx: Transaction) => Promise<void>): Promise<Written[]> {
  const all: Written[] = [];
  const hints: (() => void)[] = [];
  await work({
    now,
    afterCommit: (hint) => void hints.push(hint),
    afterRollback: () => {},
    commitWith: (last) => last,
    async query(statement, values, decode) {
      const array = values.find((value) => value instanceof Uint8Array);
      const isOne = statement.name.startsWith("InsertLedgerPage") || statement.text.includes("expected(");
      const rows = isOne ? 1 : array ? Buffer.from(array).readInt32BE(arrayLengthAt) : 0;
      all.push({ statement, values, rows });
      // What guards answer.
      return decode({ rows: [["t"]], affected: rows });
    },
  });
  // Marks the recorded lanes as known.
  for (const hint of hints) hint();
  return all;
}

async function phase(work: (client: pg.Client, batch: Batch) => Promise<void>): Promise<Span> {
  const fromMs = monotonicMs();
  await Promise.all(
    lanes.map(async ({ client, batches }) => {
      for (const batch of batches) await work(client, batch);
    }),
  );
  return { fromMs, untilMs: monotonicMs() };
}

/** Sends all statements and the commit together. */
async function commit(client: pg.Client, statements: readonly Written[], begins: boolean): Promise<void> {
  const stream = (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection.stream;
  stream.cork();
  const answers = [
    ...(begins ? [client.query("begin")] : []),
    ...statements.map(async ({ statement, values, rows }) => {
      const { rowCount } = await client.query({ ...statement, values: [...values] });
      const isLane = statement.name.startsWith("InsertLanes");
      if (rowCount !== rows && !isLane) throw new Error(`${statement.name} hit ${rowCount} rows of ${rows}`);
    }),
    client.query("commit"),
  ];
  stream.uncork();
  await Promise.all(answers);
}

/** Picks tasks as the server does. Each connection has a queue of its own, so connections never compete. */
async function claimBatch(client: pg.Client, batch: Batch): Promise<void> {
  const tenantId = bench?.tenantId ?? "";
  const tx: Executor = {
    async query(statement, values, decode) {
      const { rows, rowCount } = await client.query({
        ...statement,
        values: [...values],
        rowMode: "array",
        types: text,
      });
      return decode({ rows: rows as never, affected: rowCount ?? 0 });
    },
  };
  const which = { tenantId, queues: [batch.queue], anyType: true, types: [], capabilities: [], now: new Date() };
  const everywhere = { floorLaneIds: [], floors: [], principals: [] };
  const began = client.query("begin");
  const picked = await pickReady(tx, { ...which, ...everywhere, most: batch.taskIds.length });
  await began;
  if (picked.some(({ taskId }, place) => taskId !== batch.taskIds[place])) throw new Error("others were picked");
  await commit(client, batch.claim, false);
}

const text = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

export type LimitOrders = typeof orders;

takeOrders(orders);
