// What holds for every command, whatever it does: the list is the program's own, so a new command is tried, too.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { UsageError } from "../../src/cli/command.ts";
import { findCommand } from "../../src/cli/commands.ts";
import { commandLines, completionScript, helpLines, nounLines, shells } from "../../src/cli/help.ts";
import { listing } from "../../src/cli/listing.ts";
import { scheduler } from "../../src/cli/scheduler.ts";
import { runCommand } from "./terminal.ts";
import { openUsers, unreachable } from "./users.ts";

const program = fileURLToPath(new URL("../../bin/asyncgate", import.meta.url));
const columns = 100;
const commands = listing.commands.filter(({ isInternal }) => !isInternal);
const everyName = [...commands, ...listing.calls].map(({ name }) => name);

async function run(words: readonly string[], environment: Readonly<Record<string, string>>, typed?: readonly string[]) {
  const found = await findCommand(words);
  if (!found) throw new Error(`there is no command ${words.join(" ")}`);
  return await runCommand(found.command, found.args, environment, typed);
}

test("the help of every command fits 100 columns", () => {
  const nouns = new Set(everyName.map((name) => name.split(" ")[0] ?? ""));
  const pages = [
    ["help", helpLines("0.0.0")],
    ...[...nouns, "calls"].map((noun) => [noun, nounLines(noun) ?? []] as const),
    ...everyName.map((name) => [name, commandLines(name.split(" ")) ?? []] as const),
  ] as const;
  expect(pages.filter(([, lines]) => lines.length > 0).length).toBeGreaterThan(everyName.length);
  const wide = pages.flatMap(([name, lines]) =>
    lines.filter((line) => [...line].length > columns).map((line) => [name, line]),
  );
  expect(wide).toEqual([]);
});

test("every command refuses a flag that it does not know, before it does anything", async () => {
  const ofServer = commands.filter(({ takesServerFlags }) => takesServerFlags).map(({ name }) => name);
  const others = everyName.filter((name) => !ofServer.includes(name));
  // Those of the contract take JSON alone, and say that this is none.
  const accepted: string[] = [];
  for (const name of others) {
    const thrown: unknown = await run([...name.split(" "), "--no-such-flag"], unreachable).catch((error) => error);
    const code = String(Reflect.get(Object(thrown), "code"));
    if (!(thrown instanceof UsageError) && !code.startsWith("ERR_PARSE_ARGS")) accepted.push(`${name}: ${thrown}`);
  }
  expect(accepted).toEqual([]);
  for (const name of [...ofServer, "bench", "admin list-tenants"]) {
    const { status, stderr } = spawnSync(program, [...name.split(" "), "--no-such-flag"], { encoding: "utf8" });
    expect([name, status], stderr).toEqual([name, 2]);
  }
});

test.each(shells)("the completion of %s is a script of that shell", (shell) => {
  const script = completionScript(shell);
  for (const name of commands.flatMap(({ name }) => name.split(" "))) expect(script).toContain(name);
  const { error, status, stderr } = spawnSync(shell, ["--no-config", "-n"].slice(shell === "fish" ? 0 : 1), {
    input: script,
    encoding: "utf8",
  });
  // A machine without that shell says nothing about its script.
  if (error && Reflect.get(error, "code") === "ENOENT") return;
  expect([status, stderr]).toEqual([0, ""]);
});

const files = {
  "agents.yaml": `agent_id: painter
capabilities: [paint]
roles: [EXECUTOR]
tools: [{ name: draw, task_type: agent.draw }]
`,
  "contracts.yaml": "name: sketch-to-print\nrequired: [{ kind: sketch }]\n",
  "node.yaml": "sandbox: {}\n",
};

type Field =
  | "agent_session_id"
  | "enrollment"
  | "enrollment_id"
  | "lease"
  | "receipt_id"
  | "key"
  | "session"
  | "task"
  | "task_id"
  | "tasks"
  | "token";
type Answer = { readonly [Name in Field]?: Answer } & { readonly [place: number]: Answer };

/** Runs commands with --json, and holds what each prints against jq. */
async function openScene() {
  const { operator, scheduler: ofScheduler } = await openUsers();
  // Commands about schedules wait for a moment until a scheduler has taken the change.
  const stopping = new AbortController();
  const scheduling = runCommand(scheduler, [], ofScheduler, undefined, stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await scheduling;
  });
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-commands-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  const environment = { HOME: folder, DATABASE_URL: "postgres://absent@127.0.0.1:1/none", ...operator };
  const tried = new Set<string>();
  const json = async (...words: readonly string[]): Promise<Answer> => {
    const line = words.join(" ");
    for (const { name } of commands) if (`${line} `.startsWith(`${name} `)) tried.add(name);
    const { printed } = await run([...words, "--json"], environment);
    const { status, stdout, stderr } = spawnSync("jq", ["--compact-output", "."], { input: printed, encoding: "utf8" });
    expect([line, status, stderr]).toEqual([line, 0, ""]);
    const [first = ""] = stdout.split("\n");
    expect(first, line).not.toBe("");
    return JSON.parse(first) as Answer;
  };
  const call = async (name: string, request: object, key = operator.ASYNCGATE_API_KEY) =>
    JSON.parse(
      (await run([name, JSON.stringify(request)], { ...environment, ASYNCGATE_API_KEY: key })).printed,
    ) as Answer;
  const say = (...words: readonly string[]) => run(words, environment, ["ag_typed"]);
  return { json, call, say, tried, file: (name: string) => join(folder, name) };
}

type Scene = Awaited<ReturnType<typeof openScene>>;

async function tryTasks({ json, call }: Scene): Promise<void> {
  const { task } = await json("task", "create", "t", "1");
  const id = String(task?.task_id);
  for (const verb of ["get", "explain", "tree", "review"]) await json("task", verb, id);
  await json("task", "list");
  const claimed = await call("claim-tasks", {});
  const lease_token = claimed.tasks?.[0]?.lease?.token;
  const data = Buffer.from("printed").toString("base64");
  await call("append-output", { lease_token, stream: "stdout", offset: 0, data });
  await json("task", "logs", id);
  await json("worker", "list");
  const { receipt_id } = await call("request-input", {
    lease_token,
    question: { title: "Deploy?" },
    not_the_asker: false,
  });
  await json("obligations");
  await json("obligations", "list");
  await json("open");
  await json("obligations", "answer", String(receipt_id), "--answer", '"yes"');
  await json("task", "cancel", id);
  await json("task", "await", id);
  await json("task", "watch", id);
  await json("receipts", id);
  await json("receipts", "list", id);
  await json("receipts", "trace", id);
  await json("receipts", "verify", id);
  await json("task", "redrive", id);
  await json("queue", "list");
  await json("queue", "pause", "mail");
  await json("queue", "resume", "mail");
}

async function trySchedules({ json }: Scene): Promise<void> {
  await json("schedule", "create", "nightly", "--cron", "0 3 * * *", "--type", "report");
  await json("schedule", "get", "nightly");
  await json("schedule", "list");
  await json("schedule", "update", "nightly", "--every", "1h");
  await json("schedule", "pause", "nightly");
  await json("schedule", "resume", "nightly");
  await json("schedule", "trigger", "nightly");
  await json("schedule", "backfill", "nightly", "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T02:00:00Z");
  await json("schedule", "skip", "nightly");
  await json("schedule", "runs", "nightly");
  await json("schedule", "preview", "0 3 * * *");
  await json("schedule", "delete", "nightly");
}

async function tryAgents({ json, file }: Scene): Promise<void> {
  await json("agent", "register", file("agents.yaml"));
  await json("agent", "list");
  await json("agent", "tools");
  await json("agent", "route", "--capability", "paint");
  await json("agent", "delegate", "painter", "--input", "{}");
  await json("agent", "check", "painter");
  await json("agent", "contract", "put", file("contracts.yaml"));
  await json("agent", "contract", "list");
  await json("agent", "contract", "show", "sketch-to-print");
  const { session } = await json("agent", "session", "open", "painter", "--name", "day");
  await json("agent", "session", "list");
  await json("agent", "session", "keep", String(session?.agent_session_id));
  await json("agent", "session", "close", String(session?.agent_session_id));
}

const writer = "examples/machines/writer.yaml";

async function tryMachines({ json, say }: Scene): Promise<void> {
  await json("machine", "validate", writer);
  await json("machine", "put", writer);
  await json("machine", "list");
  const { task_id } = await json("machine", "start", "writer", "--input", '{"topic": "tea"}');
  const id = String(task_id);
  await json("machine", "status", id);
  await json("machine", "clone", id);
  await say("task", "cancel", id);
  await json("machine", "show", id);
  await json("machine", "retry", id);
}

async function tryNodes({ json, call, file }: Scene): Promise<void> {
  const { enrollment, key } = await json("node", "enroll");
  await json("node", "enroll", "list");
  await call("register-node", { node_id: "gpu-1", report: { version: 1, platform: "linux", slots: 2 } }, String(key));
  await json("node", "list");
  await json("node", "explain", "gpu-1");
  await json("node", "config", "put", "gpu-1", file("node.yaml"));
  await json("node", "config", "list", "gpu-1");
  await json("node", "rollout", "list");
  await json("node", "drain", "gpu-1");
  await json("node", "resume", "gpu-1");
  await json("node", "deactivate", "gpu-1");
  await json("node", "enroll", "revoke", String(enrollment?.enrollment_id));
}

test("--json of every command is JSON and nothing else, as jq reads it", async () => {
  const scene = await openScene();
  await tryTasks(scene);
  await trySchedules(scene);
  await tryAgents(scene);
  await tryMachines(scene);
  await tryNodes(scene);
  await scene.say("profile", "set", "prod", "--url", "https://asyncgate.example");
  await scene.json("profile", "list");
  await scene.json("doctor");
  const knowing = commands.filter(({ usage, details }) => [usage, ...details].some((line) => line.includes("--json")));
  expect(knowing.length).toBeGreaterThan(50);
  // These two start a server of their own, or take one with real time: their own tests read what they print.
  const elsewhere = ["bench", "machine run"];
  const untried = knowing.map(({ name }) => name).filter((name) => !scene.tried.has(name) && !elsewhere.includes(name));
  expect(untried).toEqual([]);
});
