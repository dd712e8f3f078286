// Answers that would be larger than a client of gRPC reads: pages end early, streams send several messages, traces are
// truncated and say so. By gRPC and by Connect JSON, with a client that reads no more than 4 MiB.
import { create } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { Lease } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import {
  ClaimTasksRequestSchema,
  FailTaskRequestSchema,
  LeaseService,
  ReportProgressRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { type Receipt, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { AppendReceiptRequestSchema, ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import {
  CreateTaskRequestSchema,
  ListTasksRequestSchema,
  TaskService,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller } from "../../../src/engine/index.ts";
import { granted } from "../../helpers/ledger-scenario.ts";
import { bearer, type EngineServer, openEngineServer } from "../engine-server.ts";
import { refusalOf } from "../reason-of.ts";

const mib = 1_048_576;
const clientBytesMax = 4 * mib;

const protocols: readonly (readonly [string, (baseUrl: string) => Transport])[] = [
  ["gRPC", (baseUrl) => createGrpcTransport({ baseUrl, readMaxBytes: clientBytesMax })],
  [
    "Connect JSON",
    (baseUrl) =>
      createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false, readMaxBytes: clientBytesMax }),
  ],
];

async function openLarge(transportTo: (baseUrl: string) => Transport, messageBytesMax = mib) {
  const endpoint = await openEngineServer(() => ({ config: { messageBytesMax } }), { messageBytesMax });
  const tenantId = await endpoint.makeTenant("acme");
  const key = await endpoint.makeKey(tenantId, Role.TASKER);
  const operator = await endpoint.makeKey(tenantId, Role.OPERATOR, "olga");
  const transport = transportTo(endpoint.url);
  return {
    ...endpoint,
    tenantId,
    as: bearer(key),
    asOperator: bearer(operator),
    agent: await callerOf(endpoint, key),
    worker: await callerOf(endpoint, await endpoint.makeKey(tenantId, Role.WORKER, "wanda")),
    operator: await callerOf(endpoint, operator),
    tasks: createClient(TaskService, transport),
    leases: createClient(LeaseService, transport),
    receipts: createClient(ReceiptService, transport),
    obligations: createClient(ObligationService, transport),
    system: createClient(SystemService, transport),
  };
}

type Large = Awaited<ReturnType<typeof openLarge>>;

async function callerOf({ operations }: EngineServer, key: string): Promise<Caller> {
  const caller = await operations.authenticate(key);
  if (!caller) throw new Error("the key is not known");
  return caller;
}

/** JSON doubles it: each line break is two characters there. */
const lines = (bytes: number) => `"${"x".repeat(bytes / 2)}"${"\n".repeat(bytes / 2 - 2)}`;

async function createMany({ operations, agent }: Large, count: number, payload = ""): Promise<string[]> {
  const content = { case: "json", value: payload } as const;
  const request = create(CreateTaskRequestSchema, { type: "t", ...(payload !== "" && { payload: { content } }) });
  const ids: string[] = [];
  for (let left = count; left > 0; left -= 500) {
    const tasks = Array.from({ length: Math.min(left, 500) }, () => request);
    const created = await operations.createTasks(agent, { tasks, requestId: "" });
    ids.push(...created.map((one) => granted(one).assignedReceiptId));
  }
  return ids;
}

async function claimOne({ operations, worker }: Large): Promise<Lease> {
  const [leased] = await operations.claimTasks(worker, create(ClaimTasksRequestSchema, {}));
  if (!leased) throw new Error("there is no task");
  return leased.lease;
}

/** A task with so many receipts of 16 KiB in its chain. */
async function reportOften(large: Large, count: number): Promise<string> {
  await createMany(large, 1);
  const { taskId, token: leaseToken } = await claimOne(large);
  for (let number = 0; number < count; number += 1) {
    const progress = { detail: lines(16_384), message: `${number}` };
    const request = create(ReportProgressRequestSchema, { leaseToken, progress, receipted: true });
    granted((await large.operations.reportProgress(large.worker, [request]))[0]);
  }
  return taskId;
}

/** Anomalies about no task, each of a body of nearly 64 KiB, all naming one receipt. */
async function reportAnomalies({ operations, agent, operator }: Large, parent: string, count: number) {
  for (let number = 0; number < count; number += 1) {
    const details = lines(65_000).replace("x", String.fromCodePoint(0x100 + number));
    const type = ReceiptType.SYSTEM_ANOMALY;
    const request = { type, parents: [parent], to: agent.principal, anomaly: { details } };
    await operations.appendReceipt(operator, create(AppendReceiptRequestSchema, request));
  }
}

/** Reads all pages, none of which may be empty. */
async function readPages<Item>(
  page: (token: string) => Promise<{ items: readonly Item[]; next: string }>,
): Promise<{ items: Item[]; pages: number }> {
  const items: Item[] = [];
  for (let pages = 1, token = ""; ; pages += 1) {
    const { items: some, next } = await page(token);
    expect(some.length).toBeGreaterThan(0);
    items.push(...some);
    if (next === "") return { items, pages };
    token = next;
  }
}

/** A chain from its first receipt on, each once. */
function expectWhole(receipts: readonly Receipt[]): void {
  expect(receipts.map(({ sequence }) => Number(sequence))).toEqual(receipts.map((_, place) => place + 1));
}

const idsOf = (receipts: readonly Receipt[]) => receipts.map(({ receiptId }) => receiptId);

describe.each(protocols)("by %s", (_name, transportTo) => {
  test("ListTasks at its default size lists 50 payloads of 90 kB, in pages that end early", async () => {
    const large = await openLarge(transportTo);
    await createMany(large, 50, lines(90_000));
    const { items, pages } = await readPages(async (pageToken) => {
      const { tasks, nextPageToken } = await large.tasks.listTasks({ pageToken }, large.as);
      return { items: tasks, next: nextPageToken };
    });
    expect(new Set(items.map(({ taskId }) => taskId)).size).toBe(50);
    expect(pages).toBeLessThanOrEqual(5);
  });

  test("ClaimTasks grants 60 payloads of 90 kB, as many at a time as the answer may hold", async () => {
    const large = await openLarge(transportTo);
    await createMany(large, 60, lines(90_000));
    const asWorker = bearer(await large.makeKey(large.tenantId, Role.WORKER, "wilma"));
    let claimed = 0;
    for (let more = true; more; ) {
      const { tasks } = await large.leases.claimTasks({ maxTasks: 100 }, asWorker);
      claimed += tasks.length;
      more = tasks.length > 0;
    }
    expect(claimed).toBe(60);
  });

  test("ListReceipts lists 100 receipts of 64 KiB, of a task and of a principal", async () => {
    const large = await openLarge(transportTo);
    const [parent = ""] = await createMany(large, 1);
    await reportAnomalies(large, parent, 100);
    const inbox = await readPages(async (pageToken) => {
      const types = [ReceiptType.SYSTEM_ANOMALY];
      const { receipts, nextPageToken } = await large.receipts.listReceipts(
        { types, pageToken, pageSize: 200 },
        large.as,
      );
      return { items: receipts, next: nextPageToken };
    });
    expect(new Set(idsOf(inbox.items)).size).toBe(100);
    const taskId = await reportOften(large, 300);
    const chain = await readPages(async (pageToken) => {
      const asked = { taskId, pageToken, pageSize: 200 };
      const { receipts, nextPageToken } = await large.receipts.listReceipts(asked, large.as);
      return { items: receipts, next: nextPageToken };
    });
    expect(chain.items.length).toBeGreaterThan(300);
    expectWhole(chain.items);
  });

  test("WatchTask from version 0 sends 323 receipts of 16 KiB, the task with the last message", async () => {
    const large = await openLarge(transportTo);
    const taskId = await reportOften(large, 321);
    const { task } = await large.tasks.getTask({ taskId }, large.as);
    const receipts: Receipt[] = [];
    let messages = 0;
    for await (const message of large.tasks.watchTask({ taskId }, large.as)) {
      messages += 1;
      receipts.push(...message.receipts);
      if (message.task) {
        expect(message.task.version).toBe(task?.version);
        break;
      }
    }
    expect(receipts.length).toBeGreaterThanOrEqual(323);
    expectWhole(receipts);
    expect(messages).toBeGreaterThan(1);
  });

  test("WatchOpenObligations sends 12,000 in several messages, of which the last has caught up", async () => {
    const large = await openLarge(transportTo);
    const ids = await createMany(large, 12_000);
    const seen: string[] = [];
    let messages = 0;
    for await (const { opened, caughtUp } of large.obligations.watchOpenObligations({}, large.as)) {
      messages += 1;
      seen.push(...opened.map(({ receipt }) => receipt?.receiptId ?? ""));
      if (caughtUp) break;
    }
    expect(seen).toEqual(ids);
    expect(messages).toBeGreaterThan(1);
  });

  test("TraceReceipt truncates what is too large for one answer, and says so", async () => {
    const large = await openLarge(transportTo);
    const [parent = ""] = await createMany(large, 1);
    await reportAnomalies(large, parent, 100);
    const { descendants, truncated } = await large.receipts.traceReceipt({ receiptId: parent }, large.asOperator);
    expect(truncated).toBe(true);
    expect(descendants.length).toBeGreaterThan(20);
    expect(descendants.length).toBeLessThan(100);
  });

  test("ExplainObligation answers however large the receipts are that did not close it", async () => {
    const large = await openLarge(transportTo);
    const request = create(CreateTaskRequestSchema, { type: "t", maxAttempts: 100, retry: { initialInterval: {} } });
    const created = granted((await large.operations.createTasks(large.agent, { tasks: [request], requestId: "" }))[0]);
    for (let attempt = 0; attempt < 99; attempt += 1) {
      const error = { type: "x", message: "\u0001".repeat(4_096), detail: lines(16_384) };
      const { token: leaseToken } = await claimOne(large);
      const fail = create(FailTaskRequestSchema, { leaseToken, error, retryAfter: {} });
      granted((await large.operations.failTasks(large.worker, [fail]))[0]);
    }
    const receiptId = created.assignedReceiptId;
    const { open, notClosing } = await large.obligations.explainObligation({ receiptId }, large.as);
    expect(open).toBe(true);
    expect(notClosing.length).toBeGreaterThan(20);
  });

  test("an answer that is too large is refused with its own limit, which GetConfig tells", async () => {
    const large = await openLarge(transportTo, 65_536);
    await createMany(large, 1, lines(262_144));
    const { tasks } = await large.operations.listTasks(large.agent, create(ListTasksRequestSchema));
    const { limits } = await large.system.getConfig({}, large.as);
    expect(limits).toMatchObject({ message_bytes_max: 65_536n, answer_bytes_max: 262_144n });
    const refusal = await refusalOf(large.tasks.getTask({ taskId: tasks[0]?.taskId ?? "" }, large.as));
    expect(refusal).toMatchObject({
      reason: ErrorReason.LIMIT_EXCEEDED,
      facts: { case: "limit", value: { limit: "answer_bytes_max", bound: 262_144n } },
    });
  });
});
