// One script over every protocol: the same states, the same receipts, the same reasons.
import { ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { ErrorDetailSchema, ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { makeDataDir, readKey, startDevServer } from "./dev-server.ts";

const e2eTimeoutMs = 120_000;

type Step = readonly [what: string, value: unknown];

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, one]) => one === value)?.[0] ?? String(value);
}

const stateOf = (task: { readonly state: TaskState } | undefined) => nameOf(TaskState, task?.state ?? 0);

/** The reason of a refused call. */
async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "not refused";
  } catch (error) {
    const [detail] = ConnectError.from(error).findDetails(ErrorDetailSchema);
    return nameOf(ErrorReason, detail?.reason ?? 0);
  }
}

type Keys = { readonly tasker: string; readonly worker: string };

async function runScript(transport: Transport, queue: string, keys: Keys): Promise<Step[]> {
  const steps: Step[] = [];
  const note = (what: string, value: unknown) => void steps.push([what, value]);
  const tasks = createClient(TaskService, transport);
  const leases = createClient(LeaseService, transport);
  const tasker = { headers: { authorization: `Bearer ${keys.tasker}` } };
  const worker = { headers: { authorization: `Bearer ${keys.worker}` } };
  const claim = async () => (await leases.claimTasks({ queues: [queue] }, worker)).tasks[0]?.lease?.token ?? "";

  const request = { type: "script", queue, idempotencyKey: queue, maxAttempts: 2 };
  const { task } = await tasks.createTask(request, tasker);
  const taskId = task?.taskId ?? "";
  note("created", stateOf(task));
  note("created again", (await tasks.createTask(request, tasker)).existed);
  note("other request", await reasonOf(tasks.createTask({ ...request, priority: 9 }, tasker)));
  note("bad field", await reasonOf(tasks.createTask({ ...request, type: "" }, tasker)));
  note("no scope", await reasonOf(tasks.createTask(request, worker)));
  note("no credential", await reasonOf(tasks.getTask({ taskId })));
  const leaseToken = await claim();
  await leases.startTask({ leaseToken }, worker);
  await leases.reportProgress({ leaseToken, progress: { percent: 50 } }, worker);
  note("running", stateOf((await tasks.getTask({ taskId }, tasker)).task));
  const failed = await leases.failTask({ leaseToken, error: { type: "Flaky" }, retryAfter: {} }, worker);
  note("failed once", stateOf(failed));
  note("stale", await reasonOf(leases.completeTask({ leaseToken }, worker)));
  const result = { content: { case: "json" as const, value: "{}" } };
  const complete = { leaseToken: await claim(), result, requestId: "done" };
  const done = await leases.completeTask(complete, worker);
  const again = await leases.completeTask(complete, worker);
  note("completed", [done.discharged, again.receiptId === done.receiptId]);
  note("canceled too late", await reasonOf(tasks.cancelTask({ taskId }, tasker)));
  const awaited = await tasks.awaitTask({ taskId }, tasker);
  note("awaited", [awaited.ended, stateOf(awaited.task), awaited.task?.attempt]);
  return [...steps, ...(await readLedger(transport, taskId, tasker))];
}

type Caller = { readonly headers: { readonly authorization: string } };

async function readLedger(transport: Transport, taskId: string, tasker: Caller): Promise<Step[]> {
  const ledger = createClient(ReceiptService, transport);
  const { receipts } = await ledger.listReceipts({ taskId }, tasker);
  const { openObligations } = await createClient(ObligationService, transport).listOpenObligations({}, tasker);
  const versions: number[] = [];
  const watched = createClient(TaskService, transport).watchTask({ taskId }, tasker);
  for await (const { task } of watched) versions.push(Number(task?.version));
  const unknown = ledger.getReceipt({ receiptId: "00000000-0000-7000-8000-000000000000" }, tasker);
  return [
    ["receipts", receipts.map(({ type }) => nameOf(ReceiptType, type))],
    ["open", openObligations.filter(({ receipt }) => receipt?.taskId === taskId).length],
    ["watched", versions],
    ["unknown receipt", await reasonOf(unknown)],
  ];
}

test("law 14: gRPC, Connect and gRPC-Web, over HTTP/1.1 and 2, reach one engine: one script has one outcome", {
  timeout: e2eTimeoutMs,
}, async () => {
  const dataDir = await makeDataDir();
  const { url: baseUrl } = await startDevServer(dataDir);
  const keys = { tasker: await readKey(dataDir, "tasker"), worker: await readKey(dataDir, "worker") };
  const transports: Readonly<Record<string, Transport>> = {
    grpc: createGrpcTransport({ baseUrl }),
    "connect-1.1": createConnectTransport({ baseUrl, httpVersion: "1.1" }),
    "connect-2": createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
    "grpc-web-1.1": createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
    "grpc-web-2": createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
  };
  const outcomes = new Map<string, Step[]>();
  for (const [name, transport] of Object.entries(transports)) {
    outcomes.set(name, await runScript(transport, `script-${name}`, keys));
  }
  const expected: Step[] = [
    ["created", "QUEUED"],
    ["created again", true],
    ["other request", "IDEMPOTENCY_CONFLICT"],
    ["bad field", "INVALID_ARGUMENT"],
    ["no scope", "PERMISSION_DENIED"],
    ["no credential", "UNAUTHENTICATED"],
    ["running", "RUNNING"],
    ["failed once", "QUEUED"],
    ["stale", "FENCED"],
    ["completed", [true, true]],
    ["canceled too late", "INVALID_TRANSITION"],
    ["awaited", [true, "SUCCEEDED", 2]],
    [
      "receipts",
      [
        "TASK_ASSIGNED",
        "TASK_ACCEPTED",
        "TASK_STARTED",
        "TASK_RETRY_SCHEDULED",
        "TASK_ACCEPTED",
        "TASK_COMPLETED",
        "TASK_RESULT_READY",
      ],
    ],
    ["open", 0],
    ["watched", [7]],
    ["unknown receipt", "RECEIPT_NOT_FOUND"],
  ];
  for (const [name, outcome] of outcomes) expect(outcome, name).toEqual(expected);
});
