// Opens, calls and closes the real client of each language 100 times in a row, on one server with default settings, and
// cancels crowds of waiting calls. None may be taken for a flood, and the server must answer everything meanwhile.
// Use: make check-clients ARGS="go python". A client whose toolchain is missing is skipped, or fails if CI=true.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { createInterface } from "node:readline";

const connections = 100;
const crowds = 2;
const crowdSize = 1_500;
const here = "test/real-clients";
const built = resolve(".tools/real-clients");

type Program = { readonly command: string; readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv };
type Client = {
  readonly tools: readonly string[];
  /** May be skipped in CI as well. */
  readonly isOptional?: boolean;
  /** Builds the program, with nothing to do when it is built already. */
  readonly build: () => Program;
};

const clients: Readonly<Record<string, Client>> = {
  go: {
    tools: ["go"],
    build() {
      const program = join(built, "go");
      run("go", ["build", "-o", program, "."], { cwd: join(here, "go") });
      return { command: program, args: [] };
    },
  },
  java: {
    tools: ["mvn", "java"],
    build: buildJava,
  },
  rust: {
    tools: ["cargo"],
    build() {
      // With the driver of the conformance suite, which the tests need: each dependency is then compiled once.
      run("cargo", ["build", "--quiet", "--locked", "--package", "real-client", "--package", "conformance-driver"]);
      return { command: resolve(".tools/cargo/debug/real-client"), args: [] };
    },
  },
  python: {
    tools: ["python3"],
    build() {
      run(".ci/install-tools", ["python"]);
      const env = { PYTHONPATH: "gen/python", PYTHONDONTWRITEBYTECODE: "1" };
      return { command: ".tools/python/bin/python", args: [`${here}/python/client.py`], env };
    },
  },
  "grpc-js": {
    tools: ["node"],
    build() {
      run(".ci/install-tools", ["proto"]);
      return { command: process.execPath, args: [`${here}/node/grpc-js.ts`] };
    },
  },
  "connect-node": {
    tools: ["node"],
    build: () => ({ command: process.execPath, args: [`${here}/node/connect-node.ts`] }),
  },
  curl: {
    tools: ["curl --http2-prior-knowledge"], // not every curl is built with HTTP/2
    isOptional: true,
    build: () => ({ command: "bash", args: [`${here}/curl.sh`] }),
  },
};

/** Maven builds beside its pom.xml, so that goes to a copy, with the generated sources beside ours. */
function buildJava(): Program {
  const copy = join(built, "java");
  mkdirSync(copy, { recursive: true });
  cpSync(`${here}/java/pom.xml`, join(copy, "pom.xml"), { preserveTimestamps: true });
  cpSync("gen/java/src", join(copy, "src"), { recursive: true, preserveTimestamps: true });
  cpSync(`${here}/java/RealClient.java`, join(copy, "src/main/java/RealClient.java"), { preserveTimestamps: true });
  const classPath = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";
  run("mvn", ["-q", "-B", "-Dstyle.color=never", "compile", classPath, "-Dmdep.outputFile=class-path"], { cwd: copy });
  const jars = readFileSync(join(copy, "class-path"), "utf8").trim();
  return { command: "java", args: ["-cp", [join(copy, "target/classes"), jars].join(delimiter), "RealClient"] };
}

function run(command: string, args: readonly string[], { cwd }: { cwd?: string } = {}): void {
  execFileSync(command, args, { stdio: ["ignore", process.stderr, process.stderr], ...(cwd && { cwd }) });
}

function isHere(tool: string): boolean {
  try {
    const [command, ...options] = tool.split(" ");
    execFileSync("bash", ["-c", `command -v ${command}`], { stdio: "ignore" });
    if (options.length > 0) execFileSync(`${command}`, [...options, "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

type Server = { readonly address: string; readonly key: string; readonly process: ChildProcess };

async function startServer(): Promise<Server & { stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-clients-"));
  const args = ["src/main.ts", "dev", "--data-dir", dataDir, "--port", "0", "--log-level", "warn"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  const lines = createInterface({ input: child.stderr });
  const address = await new Promise<string>((found, failed) => {
    lines.on("line", (line) => {
      const address = /AsyncGate listens on http:\/\/(\S+)/.exec(line)?.[1];
      if (address !== undefined) found(address);
      if (line.includes("flood")) console.error(line);
    });
    child.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
  const keys = JSON.parse(readFileSync(join(dataDir, "dev-keys.json"), "utf8")) as { name: string; key: string }[];
  return {
    address,
    key: keys.find(({ name }) => name === "tasker")?.key ?? "",
    process: child,
    async stop() {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What the program printed, for example `{ connections: 100, crowds: 2 }`. */
async function exercise({ command, args, env }: Program, { address, key }: Server): Promise<Record<string, number>> {
  const numbers = [connections, crowds, crowdSize].map(String);
  const child = spawn(command, [...args, address, key, ...numbers], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const counts: Record<string, number> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [what = "", count] = line.split(" ");
    counts[what] = Number(count);
  }
  return counts;
}

/** What the server has done that it must not have done; empty when all is well. */
async function faultsOf({ address }: Server): Promise<string> {
  const ready = await fetch(`http://${address}/readyz`).then(({ status }) => status, String);
  const metrics = await fetch(`http://${address}/metrics`).then((response) => response.text(), String);
  const floods = metrics.match(/^asyncgate_connections_(flooded|limited)_total.* [1-9]\d*$/gm) ?? [];
  const refused = metrics.match(/^asyncgate_connections_refused_total.* [1-9]\d*$/gm) ?? [];
  return [...(ready === 200 ? [] : [`/readyz answers ${ready}`]), ...floods, ...refused].join(", ");
}

/** Whether the client has done all, or may be skipped. */
async function check(name: string, { tools, isOptional = false, build }: Client, server: Server): Promise<boolean> {
  const missing = tools.find((tool) => !isHere(tool));
  if (missing !== undefined && (isOptional || process.env["CI"] !== "true")) {
    console.log(`client ${name} skipped: ${missing} is missing`);
    return true;
  }
  const startedMs = performance.now();
  let program: Program;
  try {
    program = build();
  } catch (error) {
    console.log(`client ${name} failed: it cannot be built: ${error}`);
    return false;
  }
  const builtMs = performance.now();
  const done = await exercise(program, server);
  const faults = await faultsOf(server);
  const seconds = [builtMs - startedMs, performance.now() - builtMs].map((ms) => (ms / 1_000).toFixed(1));
  const crowdsDone = done["crowds"] === undefined ? "" : `, crowds ${done["crowds"]}/${crowds}`;
  const failed = faults === "" ? "" : `; the server: ${faults}`;
  console.log(`client ${name} ${done["connections"] ?? 0}/${connections}${crowdsDone}${failed}`);
  console.error(`  built in ${seconds[0]} s, ran in ${seconds[1]} s`);
  return faults === "" && done["connections"] === connections && (done["crowds"] ?? crowds) === crowds;
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(clients);
mkdirSync(built, { recursive: true });
const server = await startServer();
try {
  for (const name of names) {
    const client = clients[name];
    if (client === undefined)
      throw new Error(`there is no client ${name}; there are ${Object.keys(clients).join(", ")}`);
    if (!(await check(name, client, server))) process.exitCode = 1;
  }
} finally {
  await server.stop();
}
