// `make conformance-mcp`: MCP's own conformance program and the inspector's command line, against a real server. They
// are large, and only this needs them, so they are installed on demand. Use: node test/conformance-mcp/run.ts
// [scenarios] [inspector]; without either, both.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expected } from "./expected-failures.ts";
import { callTools, followTask, lintTools } from "./inspector.ts";
import { type Check, judge } from "./judge.ts";
import { serve, startProxy, startWorker } from "./serve.ts";

const here = "test/conformance-mcp";
const installed = resolve(".tools/conformance-mcp");
const packages = join(installed, "node_modules/@modelcontextprotocol");
const conformance = join(packages, "conformance/dist/index.js");
const inspector = join(packages, "inspector/clients/launcher/build/index.js");
/** A folder of the report is `server-`, the scenario, and the time. */
const reportName = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/;

function install(): void {
  const lock = "package-lock.json";
  const stamp = join(installed, "installed-lock.json"); // written last, so a broken installation has none
  const wanted = readFileSync(join(here, lock), "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  mkdirSync(installed, { recursive: true });
  for (const name of ["package.json", lock]) cpSync(join(here, name), join(installed, name));
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], {
    cwd: installed,
    stdio: ["ignore", 2, 2],
  });
  writeFileSync(stamp, wanted);
}

async function reports(folder: string): Promise<Map<string, readonly Check[]>> {
  const found = new Map<string, readonly Check[]>();
  for (const name of await readdir(folder)) {
    const scenario = reportName.exec(name)?.[1];
    if (scenario === undefined) throw new Error(`the report has a folder that is none of a scenario: ${name}`);
    found.set(scenario, JSON.parse(await readFile(join(folder, name, "checks.json"), "utf8")) as Check[]);
  }
  return found;
}

/** Whether all came of it that should. */
async function runScenarios(revision: string, url: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-conformance-report-"));
  try {
    const args = ["server", "--url", url, "--requirements", revision, "--output-dir", folder];
    const program = spawn(process.execPath, [conformance, ...args], { stdio: ["ignore", "ignore", "inherit"] });
    await once(program, "exit"); // its exit code forgives what is judged here
    const wanted = expected[revision];
    if (wanted === undefined) throw new Error(`nothing is expected of ${revision}`);
    const verdict = judge(await reports(folder), wanted);
    const counts = [
      `${verdict.passed} passed`,
      `${verdict.failedAsExpected} failed as expected`,
      `${verdict.failed} failed`,
      `${verdict.skipped} skipped by the program`,
    ];
    console.log(`${revision}: ${wanted.scenarios} scenarios: ${counts.join(", ")}`);
    for (const line of verdict.excused) console.log(`  expected  ${line}`);
    for (const line of verdict.faults) console.log(`  FAILED    ${line}`);
    return verdict.faults.length === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkScenarios(): Promise<boolean> {
  const server = await serve(true);
  const worker = startWorker(server);
  const proxy = await startProxy(server.url, server.keyOf("tasker"));
  try {
    let isGood = true;
    for (const revision of Object.keys(expected)) isGood = (await runScenarios(revision, proxy.url)) && isGood;
    return isGood;
  } finally {
    proxy.stop();
    await worker.stop({ withinMs: 0 });
    await server.stop();
  }
}

/** Throws at the first fault. */
async function checkWithInspector(): Promise<void> {
  for (const transport of ["stdio", "http"] as const) {
    // Each transport has a server of its own, because the calls are the same.
    const server = await serve(false);
    const worker = startWorker(server);
    try {
      const inspected = { program: inspector, url: server.url, key: server.keyOf("operator"), transport };
      for (const era of ["legacy", "modern"] as const) await lintTools({ ...inspected, era });
      await followTask(inspected);
      const calls = await callTools(inspected);
      console.log(`inspector over ${transport}: the tools are sound, and ${calls} calls of all of them were answered`);
    } finally {
      await worker.stop({ withinMs: 0 });
      await server.stop();
    }
  }
}

const parts = process.argv.slice(2);
const unknown = parts.filter((part) => part !== "scenarios" && part !== "inspector");
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(", ")}; there are scenarios and inspector`);
const wants = (part: string) => parts.length === 0 || parts.includes(part);
install();
if (wants("scenarios") && !(await checkScenarios())) process.exitCode = 1;
if (wants("inspector")) await checkWithInspector();
