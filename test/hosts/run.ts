// Gives the snippets of docs/mcp.md to the hosts they are for, each in a home of its own, and asks the host whether it
// reached the server that this starts. No model is needed for that. `make check-hosts`; not in CI, because the hosts
// are 800 MB.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { makeDataDir, readKey, startDevServer } from "../e2e/dev-server.ts";
import { snippetsOf } from "./snippets.ts";

const tools = resolve(".tools/hosts");
const bins = join(tools, "node_modules/.bin");

function install(): void {
  const stamp = join(tools, "installed");
  const wanted = readFileSync("test/hosts/package-lock.json", "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  mkdirSync(tools, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) cpSync(join("test/hosts", name), join(tools, name));
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: tools, stdio: "inherit" });
  writeFileSync(stamp, wanted);
}

type Server = { readonly url: string; readonly key: string };
/** A home, and a project in it, that no other check has touched. */
type Place = { readonly home: string; readonly project: string; readonly environment: Record<string, string> };

async function makePlace({ url, key }: Server): Promise<Place> {
  const home = await makeDataDir((stop) => void stops.push(stop));
  const project = join(home, "project");
  mkdirSync(project);
  // Nothing else of this machine's environment: a host might find a login or a proxy there.
  const PATH = [bins, resolve("bin"), dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  return { home, project, environment: { PATH, HOME: home, ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key } };
}

/** What the host says on stdout. */
function run({ project, environment }: Place, command: string): string {
  const options = { cwd: project, env: environment, encoding: "utf8", timeout: 60_000 } as const;
  return execFileSync("bash", ["-c", command], { ...options, stdio: ["ignore", "pipe", "pipe"] });
}

function isConnected(place: Place): boolean {
  return /Status: .*Connected/.test(run(place, "claude mcp get asyncgate"));
}

function claudeByCommand(place: Place, command: string): boolean {
  run(place, command);
  return isConnected(place);
}

function claudeByFile(place: Place, json: string): boolean {
  writeFileSync(join(place.project, ".mcp.json"), json);
  mkdirSync(join(place.home, ".claude"));
  // The user's consent to the project's file.
  writeFileSync(join(place.home, ".claude/settings.json"), '{"enabledMcpjsonServers": ["asyncgate"]}');
  return isConnected(place);
}

function codexByFile(place: Place, toml: string): Promise<boolean> {
  mkdirSync(join(place.home, ".codex"));
  writeFileSync(join(place.home, ".codex/config.toml"), toml);
  run(place, "codex mcp get asyncgate");
  return codexHasTools(place);
}

function codexByCommand(place: Place, command: string): Promise<boolean> {
  run(place, command);
  return codexHasTools(place);
}

type Status = { readonly name: string; readonly tools: Readonly<Record<string, unknown>> };

/** Its command line does not connect; the server behind its editors does, and tells which tools it found. */
async function codexHasTools({ project, environment }: Place): Promise<boolean> {
  const child = spawn("codex", ["app-server"], { cwd: project, env: environment, stdio: ["pipe", "pipe", "ignore"] });
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const giveUp = setTimeout(() => child.kill(), 60_000);
  try {
    send({ id: 1, method: "initialize", params: { clientInfo: { name: "check-hosts", version: "1" } } });
    for await (const line of createInterface({ input: child.stdout })) {
      const { id, result } = JSON.parse(line) as { id?: number; result?: { data: readonly Status[] } };
      if (id === 1) send({ method: "initialized" });
      if (id === 1) send({ id: 2, method: "mcpServerStatus/list", params: {} });
      if (id === 2) return result?.data.find(({ name }) => name === "asyncgate")?.tools["create_task"] !== undefined;
    }
    return false;
  } finally {
    clearTimeout(giveUp);
    child.kill();
  }
}

type Check = (place: Place, snippet: string) => boolean | Promise<boolean>;

/** One check for each snippet of a section, in their order. */
const checks: Readonly<Record<string, readonly Check[]>> = {
  "Claude Code": [claudeByCommand, claudeByCommand, claudeByFile],
  Codex: [codexByFile, codexByCommand, codexByFile],
  // The same form as Claude Code's, which can be run here.
  "Claude Desktop": [claudeByFile],
  "Other hosts": [claudeByFile],
};

const stops: (() => Promise<void>)[] = [];

async function checkAll(server: Server): Promise<number> {
  let failed = 0;
  for (const [section, ofSection] of Object.entries(checks)) {
    const snippets = snippetsOf(section);
    if (snippets.length !== ofSection.length) throw new Error(`${section} has ${snippets.length} snippets`);
    for (const [index, check] of ofSection.entries()) {
      const snippet = (snippets[index] ?? "")
        .replaceAll("https://asyncgate.example:7171", server.url)
        .replaceAll("ag_…", server.key);
      const connected = await check(await makePlace(server), snippet);
      const refused = !(await check(
        await makePlace(server),
        snippet
          .replaceAll("asyncgate mcp", "asyncgate none")
          .replaceAll('["mcp"]', '["none"]')
          .replaceAll("/mcp", "/none"),
      ));
      process.stdout.write(`${section} ${index + 1}: ${connected ? "connected" : "NOT CONNECTED"}`);
      process.stdout.write(refused ? "\n" : ", BUT ALSO TO A PATH THAT IS NOT SERVED\n");
      if (!connected || !refused) failed += 1;
    }
  }
  return failed;
}

install();
try {
  const dataDir = await makeDataDir((stop) => void stops.push(stop));
  const { url } = await startDevServer(dataDir, [], (stop) => void stops.push(stop));
  if ((await checkAll({ url, key: await readKey(dataDir, "tasker") })) > 0) process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}
