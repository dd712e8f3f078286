// The bundle for browsers: it needs nothing of Node, stays small, and does what the client does.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { run } from "../../e2e/dev-server.ts";
import { kitTimeoutMs, openKit } from "./kit.ts";

const bundler = fileURLToPath(new URL("../../../clients/typescript/bundle-browser.ts", import.meta.url));

let bundle = "";

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-browser-"));
  bundle = join(folder, "browser.js");
  execFileSync(process.execPath, [bundler, bundle], { stdio: "inherit" });
  return () => rm(folder, { recursive: true, force: true });
}, kitTimeoutMs);

test("it is one file without rules and routes, and loads fast", () => {
  const code = readFileSync(bundle, "utf8");
  expect(code).not.toMatch(/from\s*["'`]|import\s*\(|["'`]node:/);
  for (const name of ["buf.validate", "google.api", "google/api", "buf/validate"]) expect(code).not.toContain(name);
  expect(gzipSync(code).length).toBeLessThan(82_000);
});

/** For the bundle, there are no globals that only Node has. */
const shadows = "const process = undefined, Buffer = undefined, setImmediate = undefined, global = undefined;\n";

/** What a page does. */
const page = `
const { argv, stdout } = process;
const [, url, key, bundle] = argv;
const { AsyncGateError, createClient, ErrorReason, after, TaskState } = await import(bundle);
const client = createClient({ endpoint: url, key });
const { taskId } = await client.createTask({ type: "greet", payload: { name: "Ada" }, labels: { from: "page" } });
const states = [];
for await (const { task } of client.watchTask(taskId)) states.push(task.state);
const listed = [];
for await (const task of client.listTasks({ type: "greet" })) listed.push(task.taskId === taskId);
const later = await client.createTask({ type: "later", wait: after("1h") });
const canceled = await client.cancelTask(later.taskId, { reason: "never mind" });
const refused = await client.getTask("0198c0de-0000-7000-8000-000000000000").catch((error) => error);
stdout.write(JSON.stringify({
  result: await client.result(taskId),
  ended: states.at(-1) === TaskState.SUCCEEDED,
  listed,
  canceled: canceled.task.state === TaskState.CANCELED,
  refused: refused instanceof AsyncGateError && refused.reason === ErrorReason.TASK_NOT_FOUND,
}));
`;

test("a page creates tasks, follows them to their results, and gets typed errors", {
  timeout: kitTimeoutMs,
}, async () => {
  const kit = await openKit();
  kit.startWorker({ handlers: { greet: ({ name }: { name: string }) => `Hello, ${name}!` } });
  const shadowed = join(dirname(bundle), "shadowed.mjs");
  await writeFile(shadowed, shadows + readFileSync(bundle, "utf8"));
  const args = ["--input-type=module", "--eval", page, kit.server.url, kit.keys.operator, shadowed];
  expect(JSON.parse(await run(process.execPath, args, {}))).toEqual({
    result: "Hello, Ada!",
    ended: true,
    listed: [true],
    canceled: true,
    refused: true,
  });
});
