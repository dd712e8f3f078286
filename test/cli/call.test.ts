// Requests on the command line: whatever the contract does not know is reported by name, before any call.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { accessOf, methods, scopesOfRole, shortName } from "../../src/build/generate-docs-contract.ts";
import { devKeyFor, unreachedLine } from "../../src/cli/call.ts";
import { callCommandOf, callCommands } from "../../src/cli/call-commands.ts";
import { workerRun } from "../../src/cli/worker/run.ts";
import { runCommand } from "./terminal.ts";
import { openUsers, unreachable } from "./users.ts";

async function failureOf(command: string, json: string): Promise<string> {
  const known = (await callCommands()).find(({ name }) => name === command)?.command;
  if (known === undefined) throw new Error(`there is no command ${command}`);
  return await runCommand(known, [json], unreachable).then(
    () => "accepted",
    (error: unknown) => String(error),
  );
}

test.each([
  ["an unknown field", "create-task", '{"type":"t","max_atempts":1}', "max_atempts is no field"],
  ["the field with the nearest name", "create-task", '{"type":"t","max_atempts":1}', "did you mean max_attempts?"],
  ["an unknown enum value", "list-tasks", '{"states":["TASK_STATE_RUNING"]}', "did you mean TASK_STATE_RUNNING?"],
  ["a day that does not exist", "create-task", '{"type":"t","deadline":"2026-02-30T00:00:00Z"}', "deadline must be"],
  ["a key that is given twice", "create-task", '{"type":"t","type":"u"}', 'the key "type" is given twice'],
  ["such a key in a payload", "create-task", '{"type":"t","payload":{"json":{"a":1,"\\u0061":2}}}', 'the key "a"'],
  ["a document that is not an object", "get-task", "[]", "request must be a JSON object"],
])("%s is reported", async (_what, command, json, message) => {
  expect(await failureOf(command, json)).toContain(message);
});

/** Of nodes themselves, and of their dispatchers: their keys come from an operator. */
const withoutDevKey = new Set(["nodes:register", "nodes:report", "nodes:dispatch"]);
const scoped = methods.map((method) => ({ name: shortName(method), scope: accessOf(method).scope }));

test.each(scoped.filter(({ scope }) => !withoutDevKey.has(scope)))(
  "beside a development server, $name is called with a key that may",
  ({ scope }) => {
    expect(scopesOfRole.get(devKeyFor(scope))).toContain(scope);
  },
);

test("all faults are reported at once", async () => {
  const message = await failureOf("create-task", '{"typ":"t","priority":"high","payload":{"jsn":{}}}');
  for (const field of ["typ is no field", "priority must be", "payload.jsn is no field"])
    expect(message).toContain(field);
});

test("a request that the contract knows is sent to the server", async () => {
  const message = await failureOf("create-task", '{"type":"t","payload":{"json":{"a":[1,{"b":"}\\",{"}]}}}');
  expect(message).toContain("is the server running?");
});

test("a key that may not is told of the one of `asyncgate dev` here that may", async () => {
  const { tasker } = await openUsers();
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-keys-"));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const claim = await callCommandOf("LeaseService", "claim-tasks");
  if (!claim) throw new Error("there is no claim-tasks");
  const given = { ...tasker, ASYNCGATE_DATA_DIR: dataDir };
  const refusals = async () => {
    const calls = [runCommand(claim, ["{}"], given), runCommand(workerRun, ["--type", "t", "--", "cat"], given)];
    return (await Promise.allSettled(calls)).map((one) => (one.status === "rejected" ? String(one.reason) : "taken"));
  };
  const advice = "Try ASYNCGATE_API_KEY=$(asyncgate key worker).";
  for (const said of await refusals()) expect(said).toMatch(/PERMISSION_DENIED.*roles worker, [^$]*$/);
  await writeFile(join(dataDir, "dev-keys.json"), '[{"name": "worker", "principal": "worker:w", "key": "k"}]');
  for (const said of await refusals()) expect(said).toContain(advice);
});

test("what OpenSSL says is one line without its source", () => {
  const said = "40:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../m.c:77:\n";
  expect(unreachedLine(said, {})).toMatch(/^wrong version number \(SSL routines\): TLS failed: .*$/);
});
