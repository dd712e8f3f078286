// The servers that scenarios run against: the program as users start it, in processes of their own, on one database.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { QueueService } from "../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptTypeSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { type Task, TaskStateSchema, TerminalReasonSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Json, JsonObject } from "./scenario.ts";

export type Server = { readonly address: string; readonly process: ChildProcess };

export type Servers = {
  readonly shared: Server;
  readonly keys: Readonly<Record<string, string>>;
  start(): Promise<Server>;
  /** A task as the server sees it. */
  readTask(taskId: string): Promise<JsonObject>;
  /** The types of a task's receipts, in order. */
  readReceipts(taskId: string): Promise<Json[]>;
  /** What an operator does: pauses or resumes a task or a queue. */
  operate(action: string, target: Target): Promise<void>;
  close(): Promise<void>;
};

export type Target = { readonly queue: string; readonly taskId: string };

/** Leases may be so short that scenarios can lose them, offers return soon, and sessions outlive a slow restart. */
const flags = [
  ...["--lease-ttl-min-ms", "1000", "--sweep-interval-ms", "100"],
  ...["--offer-accept-ms", "2000", "--resume-grace-ms", "60000"],
];

export async function openServers(databaseUrl: string): Promise<Servers> {
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-conformance-"));
  const started: Server[] = [];
  const start = async () => {
    const server = await startServer(dataDir, databaseUrl);
    started.push(server);
    return server;
  };
  const shared = await start();
  const keys = JSON.parse(await readFile(join(dataDir, "dev-keys.json"), "utf8")) as { name: string; key: string }[];
  const operator = openOperator(shared, keys.find(({ name }) => name === "operator")?.key ?? "");
  return {
    shared,
    keys: Object.fromEntries(keys.map(({ name, key }) => [name, key])),
    start,
    readTask: operator.readTask,
    readReceipts: operator.readReceipts,
    operate: operator.operate,
    async close() {
      operator.close();
      await Promise.all(started.map((server) => stopServer(server, "SIGTERM")));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startServer(dataDir: string, databaseUrl: string): Promise<Server> {
  const settings = ["--data-dir", dataDir, "--database-url", databaseUrl, "--port", "0", ...flags];
  const child = spawn(process.execPath, ["src/main.ts", "dev", ...settings], { stdio: ["ignore", "ignore", "pipe"] });
  let printed = "";
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(-10_000);
      const found = /AsyncGate listens on http:\/\/(\S+)/.exec(printed)?.[1];
      if (found) resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${printed}`)));
  });
  return { address, process: child };
}

export async function stopServer({ process: child }: Server, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

function openOperator({ address }: Server, key: string) {
  const baseUrl = `http://${address}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const transport = createGrpcTransport({ baseUrl, sessionManager });
  const headers = { authorization: `Bearer ${key}` };
  const tasks = createClient(TaskService, transport);
  const receipts = createClient(ReceiptService, transport);
  const queues = createClient(QueueService, transport);
  const actions: Readonly<Record<string, (target: Target) => Promise<unknown>>> = {
    pause_task: ({ taskId }) => queues.pauseTask({ taskId }, { headers }),
    resume_task: ({ taskId }) => queues.resumeTask({ taskId }, { headers }),
    pause_queue: ({ queue }) => queues.pauseQueue({ queue }, { headers }),
    resume_queue: ({ queue }) => queues.resumeQueue({ queue }, { headers }),
  };
  return {
    async readTask(taskId: string): Promise<JsonObject> {
      const { task } = await tasks.getTask({ taskId }, { headers });
      if (!task) throw new Error("the server answered without the task");
      return plainTask(task);
    },
    async readReceipts(taskId: string): Promise<Json[]> {
      const page = await receipts.listReceipts({ taskId, pageSize: 200 }, { headers });
      return page.receipts.map(({ type }) => ReceiptTypeSchema.value[type]?.localName ?? "");
    },
    async operate(action: string, target: Target): Promise<void> {
      const act = actions[action];
      if (!act) throw new Error(`an operator cannot ${action}`);
      await act(target);
    },
    close: () => sessionManager.abort(),
  };
}

function plainTask(task: Task): JsonObject {
  const { outcome, progress, spent } = task;
  return {
    state: TaskStateSchema.value[task.state]?.localName ?? "",
    attempt: task.attempt,
    lease_losses: task.leaseLosses,
    cancel_requested: task.cancelRequested,
    parent: task.parentTaskId,
    root: task.rootTaskId,
    ...(progress && { progress: { message: progress.message, percent: progress.percent ?? null } }),
    ...(task.checkpoint?.content.case === "json" && {
      checkpoint: JSON.parse(task.checkpoint.content.value) as Json,
    }),
    ...(spent && { spent: { ...spent.amounts }, below: { ...spent.below } }),
    ...(outcome && {
      reason: TerminalReasonSchema.value[outcome.terminalReason]?.localName ?? "",
      artifacts: outcome.artifacts.map(({ uri }) => uri),
      ...(outcome.error && { error: { type: outcome.error.type, message: outcome.error.message } }),
    }),
  };
}
