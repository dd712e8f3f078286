// `asyncgate demo`: one task from creation to its last receipt in a few seconds, with a server, a command line and a
// worker as three programs. It leaves nothing behind.
import { spawn } from "node:child_process";
import type { RunningServer } from "../../server/run-server.ts";
import type { Command, Context } from "../command.ts";
import { obligationTable, readObligations } from "../obligations/list.ts";
import { programFile } from "../program-file.ts";
import { receiptsOf, receiptTable } from "../receipts/list.ts";
import { withDemoServer } from "./server.ts";

export const demo: Command = {
  usage: "demo",
  about: "shows the life of a task: created, leased, completed, proven",
  takesServerFlags: false,
  run: (context) => withDemoServer(context, (server) => show(context, server)),
};

async function show(context: Context, server: RunningServer): Promise<void> {
  const { print, say } = context.terminal;
  const url = `http://${server.address}:${server.port}`;
  const keyOf = (name: string) => server.devKeys.find((key) => key.name === name)?.key ?? "";
  const environment = (name: string) => ({ ASYNCGATE_URL: url, ASYNCGATE_API_KEY: keyOf(name) });
  const tasker: Context = { ...context, environment: environment("tasker") };
  say(`It listens on ${url}, with Postgres ${server.postgres?.version}.`);
  say("");
  const request = `{"type": "greet", "payload": {"json": {"name": "Ada"}}}`;
  say(`$ asyncgate create-task '${request}'`);
  const created = await runProgram("../main", ["create-task", request], environment("tasker"));
  const { task_id: taskId } = (JSON.parse(created) as { task: { task_id: string } }).task;
  print(`created task ${taskId}`);
  print("");
  print("Open obligations of agent:dev-agent before:");
  for (const line of obligationTable(await readObligations(tasker))) print(`  ${line}`);
  print("");
  await runProgram("./demo/worker", [], environment("worker"));
  print("Receipts of the task:");
  for (const line of receiptTable(await receiptsOf(tasker, taskId))) print(`  ${line}`);
  print("");
  print("Open obligations of agent:dev-agent after:");
  for (const line of obligationTable(await readObligations(tasker))) print(`  ${line}`);
}

/** Runs one of our programs to its end and returns its output. */
function runProgram(name: string, args: readonly string[], environment: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [programFile(name), ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${name} ${args[0] ?? ""} ended with exit code ${code}`));
    });
  });
}
