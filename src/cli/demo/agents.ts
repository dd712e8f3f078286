// `asyncgate demo agents`: an orchestrator, two executors and a verifier, each a process with a key of its own, do one
// piece of work: a tree with dependencies, of which one report is rejected and done again. It leaves nothing behind.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { JsonObject } from "@bufbuild/protobuf";
import { createClient as createStub } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { type Client, createClient } from "../../../clients/typescript/src/index.ts";
import { AdminService, Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { RunningServer } from "../../server/run-server.ts";
import { callMethod } from "../call.ts";
import type { Command, Context } from "../command.ts";
import { programFile } from "../program-file.ts";
import { receiptsOf, receiptTable } from "../receipts/list.ts";
import { treeLines } from "../task/tree.ts";
import { demoAgents as registered } from "./agents-registry.ts";
import { withDemoServer } from "./server.ts";

export const demoAgents: Command = {
  usage: "demo agents",
  about: "shows agents at work: an orchestrator, two executors, and a verifier that rejects once",
  takesServerFlags: false,
  run: (context) => withDemoServer(context, (server) => show(context, server)),
};

const people = [
  { id: "lead", kind: PrincipalKind.AGENT, role: Role.EXECUTOR, program: "./demo/orchestrator" },
  { id: "writer", kind: PrincipalKind.WORKER, role: Role.WORKER, program: "./demo/executor" },
  { id: "painter", kind: PrincipalKind.WORKER, role: Role.WORKER, program: "./demo/executor" },
  { id: "checker", kind: PrincipalKind.AGENT, role: Role.VERIFIER, program: "./demo/verifier" },
] as const;

async function show(context: Context, server: RunningServer): Promise<void> {
  const { print } = context.terminal;
  const url = `http://${server.address}:${server.port}`;
  const devKey = (name: string) => server.devKeys.find((key) => key.name === name)?.key ?? "";
  const keys = await makeKeys(url, devKey("admin"));
  const operator = createClient({ endpoint: url, key: devKey("operator") });
  const programs = new Map<string, Program>();
  const start = ({ id, program }: (typeof people)[number]) => {
    const started = startProgram(program, id, { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: keys.get(id) ?? "" }, print);
    programs.set(id, started);
    return started;
  };
  const [lead, writer, painter, checker] = people;
  try {
    for (const agent of registered) await operator.agents.register(agent);
    print(`Agents: ${registered.map(({ agentId, roles }) => `${agentId} (${roles?.join(", ")})`).join(", ")}`);
    print("");
    const executors = [start(lead), start(writer), start(painter)];
    const { taskId, why } = await operator.agents.delegate(
      { route: "publish a page about leases" },
      { input: { topic: "leases" }, idempotencyKey: "demo" },
    );
    print(`dev-operator: delegated ${taskId}. ${why}`);
    // The verifier comes when the writer has tried to close its own work, so that nothing but the rule is in its way.
    await Promise.race([executors[1]?.hasSaid(/gets \d+ tasks/), failed(programs)]);
    start(checker);
    const result = await Promise.race([operator.result(taskId), failed(programs)]);
    print(`dev-operator: got ${JSON.stringify(result)}`);
    await tell(
      { ...context, environment: { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: devKey("operator") } },
      operator,
      taskId,
    );
  } finally {
    await Promise.all([...programs.values()].map(({ stop }) => stop()));
    operator.close();
  }
}

/** The tree as it has become, and the ledger of the task that was done twice. */
async function tell(context: Context, operator: Client, taskId: string): Promise<void> {
  const { print } = context.terminal;
  const tree = await callMethod(context, TaskService.method.getTaskTree, { task_id: taskId });
  print("");
  print("The tree:");
  for (const line of treeLines(tree)) print(`  ${line}`);
  const nodes = ((tree as JsonObject)["nodes"] ?? []) as readonly JsonObject[];
  const redone = nodes.find(({ type }) => type === "text.write");
  for (const [what, id] of [
    ["The ledger of the text, which was rejected and done again:", String(redone?.["task_id"] ?? "")],
    ["The ledger of the whole:", taskId],
  ] as const) {
    print("");
    print(what);
    for (const line of receiptTable(await receiptsOf(context, id))) print(`  ${line}`);
  }
  let open = 0;
  for await (const _obligation of operator.obligations()) open += 1;
  print("");
  print(`Open obligations of human:dev-operator: ${open}`);
}

async function makeKeys(url: string, adminKey: string): Promise<ReadonlyMap<string, string>> {
  const as = { headers: { authorization: `Bearer ${adminKey}` } };
  const admin = createStub(AdminService, createGrpcTransport({ baseUrl: url }));
  const { tenants } = await admin.listTenants({}, as);
  const tenantId = tenants[0]?.tenantId ?? "";
  const made = people.map(async ({ id, kind, role }) => {
    const { secret } = await admin.createApiKey({ tenantId, principal: { kind, id }, roles: [role] }, as);
    return [id, secret] as const;
  });
  return new Map(await Promise.all(made));
}

type Program = {
  readonly child: ChildProcess;
  /** Resolves with the first line that it prints which matches. */
  hasSaid(pattern: RegExp): Promise<void>;
  stop(): Promise<void>;
};

/** Prints what the program prints, with its name. */
function startProgram(
  name: string,
  id: string,
  environment: Record<string, string>,
  print: (line: string) => void,
): Program {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [programFile(name), id], { env, stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    print(`${id}: ${line}`);
    lines.push(line);
    for (const look of listeners) look();
  });
  return {
    child,
    hasSaid: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          if (!lines.some((line) => pattern.test(line))) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
    },
  };
}

/** Rejects as soon as one of the programs ends, which none should do by itself. */
function failed(programs: ReadonlyMap<string, Program>): Promise<never> {
  const ends = [...programs].map(async ([id, { child }]) => {
    const [code] = await once(child, "exit");
    throw new Error(`${id} has ended with exit code ${code}`);
  });
  return Promise.race(ends);
}
