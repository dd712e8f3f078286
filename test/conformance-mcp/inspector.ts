// The inspector's command line, which is what people try a server with: its lint of the tools, and a call of each of
// them, over both transports and in both protocol eras.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { JsonObject } from "@bufbuild/protobuf";
import { tools } from "../../src/mcp/tools.gen.ts";
import { callEveryTool, registerReporter } from "../mcp/every-tool.ts";

const run = promisify(execFile);

export type Inspected = {
  readonly program: string;
  readonly url: string;
  readonly key: string;
  readonly transport: "stdio" | "http";
  readonly era: "legacy" | "modern";
};

/** What the inspector answers, and what it says besides. */
type Inspect = (...args: readonly string[]) => Promise<{ readonly result: JsonObject; readonly said: string }>;

/** A fault of the tools that the lint warns of. JSON of the user's has no schema of ours, so this one stays. */
const deliberate = /accepts any value/;
/** A call takes a second, and many on a busy machine; the inspector itself has no bound. */
const timeoutMs = 180_000;
const outputBytesMax = 16 * 1_024 * 1_024;

/** Runs the inspector once for each call. It throws when the inspector ends with another code than 0. */
async function withInspector<Result>(
  { program, url, key, transport, era }: Inspected,
  use: (inspector: Inspect) => Promise<Result>,
): Promise<Result> {
  // It keeps a list of servers in the user's home, where this one has no place.
  const home = await mkdtemp(join(tmpdir(), "asyncgate-inspector-"));
  const target =
    transport === "http"
      ? ["--server-url", `${url}/mcp`, "--transport", "http", "--header", `Authorization: Bearer ${key}`]
      : [process.execPath, "src/main.ts", "mcp", "-e", `ASYNCGATE_URL=${url}`, "-e", `ASYNCGATE_API_KEY=${key}`];
  const common = ["--cli", ...target, "--protocol-era", era, "--format", "json"];
  const env = { PATH: process.env["PATH"] ?? "", HOME: home };
  try {
    return await use(async (...args) => {
      const options = { env, maxBuffer: outputBytesMax, timeout: timeoutMs };
      const { stdout, stderr } = await run(process.execPath, [program, ...common, ...args], options);
      return { result: (JSON.parse(stdout) as { result: JsonObject }).result, said: stderr };
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Throws if the inspector misses a tool, or finds a fault in one. */
export async function lintTools(inspected: Inspected): Promise<void> {
  await withInspector(inspected, async (inspector) => {
    const { result, said } = await inspector("--method", "tools/list", "--strict");
    const names = (result["tools"] as JsonObject[]).map(({ name }) => name);
    if (names.length !== tools.length) throw new Error(`the inspector lists ${names.length} tools: ${names}`);
    const issues = said.split("\n").filter((line) => line.includes("Issue:"));
    if (!/^0 errors, /m.test(said)) throw new Error(`the inspector did not lint the tools:\n${said}`);
    const faults = issues.filter((line) => !deliberate.test(line));
    if (faults.length > 0) throw new Error(`the inspector warns of the tools:\n${said}`);
  });
}

/**
 * Hands over work to the worker of the fixtures. In the newer era the inspector declares MCP tasks, so it follows the
 * task to its end and shows what came of it.
 */
export async function followTask(inspected: Omit<Inspected, "era">): Promise<void> {
  const given = { type: "slow_compute", queue: "conformance", payload: { json: { seconds: 0, label: "followed" } } };
  await withInspector({ ...inspected, era: "modern" }, async (inspector) => {
    const args = ["--tool-name", "create_task", "--tool-args-json", JSON.stringify(given)];
    const shown = JSON.stringify((await inspector("--method", "tools/call", ...args)).result);
    if (!/TASK_STATE_SUCCEEDED.*followed/.test(shown))
      throw new Error(`the inspector did not follow a task:\n${shown}`);
  });
}

/**
 * Calls each tool, and says how many calls that took. In the older era, because there an inspector that has handed over
 * a task does not wait for its end: here it is the one that does the work.
 */
export async function callTools(inspected: Omit<Inspected, "era">): Promise<number> {
  let calls = 0;
  await registerReporter(inspected.url, inspected.key);
  await withInspector({ ...inspected, era: "legacy" }, async (inspector) => {
    await callEveryTool(async (name, given) => {
      const args = ["--tool-name", name, "--tool-args-json", JSON.stringify(given)];
      const { result } = await inspector("--method", "tools/call", ...args);
      calls += 1;
      return result["structuredContent"] as JsonObject;
    });
  });
  return calls;
}
