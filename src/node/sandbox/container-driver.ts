// Jobs in containers, by the command line of podman or docker: the only sandbox with images. Images are never fetched:
// an operator puts them on the machine.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, homedir } from "node:os";
import { promisify } from "node:util";
import {
  type Capabilities,
  type EndCause,
  type Probe,
  type RunOptions,
  type SandboxDriver,
  type SandboxEnd,
  SandboxFailed,
  type SandboxJob,
} from "./driver.ts";
import { systemPath } from "./run-wrapped.ts";
import { watchRoom } from "./workspace.ts";
import { probeOf, reasonOf, type Surroundings, tryJob } from "./wrapping.ts";

const execute = promisify(execFile);
const callTimeoutMs = 30_000;
const scratchBytesMax = 67_108_864;
const failureBytesMax = 4_096;
/** The engine's own time-out comes after the supervisor's. */
const lateMs = 60_000;
const slowPauseMs = 2;
/** What an engine says that has not started the container; a program may end with the second code as well. */
const engineFailed = 125;
const notStarted = { exitCode: 126, said: /^Error: .*\bOCI\b/s };

export type ContainerOptions = {
  readonly engine: "podman" | "docker";
  /** Before the subcommand: `--runtime runc`. */
  readonly engineArguments: readonly string[];
  /** Of `run`: `--ulimit nproc=…`. */
  readonly runArguments: readonly string[];
  /** The image that is tried. Without one, only the engine is asked. */
  readonly probeImage?: string;
};

export function containerDriver(surroundings: Surroundings, options: ContainerOptions): SandboxDriver {
  const { engine, engineArguments } = options;
  const call = (...args: string[]) =>
    execute(engine, [...engineArguments, ...args], { env: environment, timeout: callTimeoutMs });
  const remove = async (id: string) => {
    await call("rm", "--force", nameOf(id)).catch(() => {});
  };
  const run: SandboxDriver["run"] = async (job, runOptions) => {
    if (job.image === undefined) throw new SandboxFailed("a container needs an image");
    try {
      return await runContainer(job, options, surroundings, runOptions, call);
    } finally {
      await remove(job.id);
    }
  };
  return { name: engine, run, sweep: remove, probe: () => probe(options, call, surroundings, run) };
}

type Call = (...args: string[]) => Promise<{ readonly stdout: string }>;

/** Engines without root keep their images in the home of their user, and their state beside the user's sockets. */
const environment = {
  PATH: systemPath,
  HOME: homedir(),
  XDG_RUNTIME_DIR: `/run/user/${process.getuid?.() ?? 0}`,
};

function nameOf(id: string): string {
  return `asyncgate-${id}`;
}

async function probe(
  { engine, probeImage }: ContainerOptions,
  call: Call,
  surroundings: Surroundings,
  run: SandboxDriver["run"],
): Promise<Probe> {
  const { isRoot, mountsWorkspaces } = surroundings;
  try {
    // The server's version: a command line whose daemon does not answer runs nothing.
    const format = engine === "docker" ? "{{.Server.Version}}" : "{{.Version.Version}}";
    const { stdout } = await call(engine === "docker" ? "version" : "info", "--format", format);
    const capabilities: Capabilities = {
      driver: engine,
      version: `${engine} ${stdout.trim()}`,
      filesystem: true,
      ownUser: isRoot,
      networks: ["NONE", "HOST"],
      images: true,
      limits: { memory: engine, cpus: engine, pids: engine },
      workspace: mountsWorkspaces ? "tmpfs" : "watched",
    };
    if (probeImage === undefined) return { capabilities };
    return probeOf(
      capabilities,
      await tryJob(surroundings, run, { ...(probeImage !== undefined && { image: probeImage }) }),
    );
  } catch (error) {
    return reasonOf(error);
  }
}

function runArgumentsOf(job: SandboxJob, { runArguments, engine }: ContainerOptions): string[] {
  const { id, command, env, workspace, network, limits, uid, timeoutMs, graceMs, image = "" } = job;
  const { memoryBytes, cpus, pids, openFiles, workspaceBytes } = limits;
  const scratch = Math.min(workspaceBytes, scratchBytesMax);
  return [
    ...["run", "--name", nameOf(id), "--pull", "never", "--init", "--read-only"],
    ...["--network", network === "NONE" ? "none" : "host"],
    ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", String(pids)],
    ...["--ulimit", `nofile=${openFiles}:${openFiles}`, "--ulimit", `fsize=${workspaceBytes}:${workspaceBytes}`],
    ...(memoryBytes === undefined ? [] : ["--memory", String(memoryBytes), "--memory-swap", String(memoryBytes)]),
    ...(cpus === undefined ? [] : ["--cpus", String(cpus)]),
    ...(uid === undefined ? [] : ["--user", `${uid}:${uid}`]),
    ...(uid === undefined && engine === "podman" ? ["--userns", "keep-id"] : []),
    // If both the supervisor and its node are killed, nothing else ends the container.
    ...(engine === "podman" ? ["--timeout", String(Math.ceil((timeoutMs + graceMs + lateMs) / 1_000))] : []),
    ...["--tmpfs", `/tmp:size=${scratch}`, "--volume", `${workspace}:/workspace`, "--workdir", "/workspace"],
    ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...[...runArguments, image, ...command],
  ];
}

async function runContainer(
  job: SandboxJob,
  options: ContainerOptions,
  { mountsWorkspaces }: Surroundings,
  { onStart, onChunk, stopped }: RunOptions,
  call: Call,
): Promise<SandboxEnd> {
  const args = [...options.engineArguments, ...runArgumentsOf(job, options)];
  const child = spawn(options.engine, args, {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let cause: EndCause | undefined;
  let said = "";
  const over = new AbortController();
  const end = (why: EndCause, graceMs: number) => {
    cause ??= why;
    const seconds = String(Math.ceil(graceMs / 1_000));
    void call("stop", "--time", seconds, nameOf(job.id)).catch(() => child.kill("SIGKILL"));
  };
  child.once("spawn", onStart);
  for (const [name, stream] of [
    ["stdout", child.stdout],
    ["stderr", child.stderr],
  ] as const) {
    stream.on("data", (chunk: Buffer) => {
      if (name === "stderr" && said.length < failureBytesMax) said += chunk.toString();
      if (onChunk(name, chunk)) return;
      stream.pause();
      setTimeout(() => stream.resume(), slowPauseMs);
    });
  }
  const timeout = setTimeout(() => end("TIMED_OUT", job.graceMs), job.timeoutMs);
  void stopped.then(({ graceMs }) => over.signal.aborted || end("STOPPED", graceMs));
  if (!mountsWorkspaces) void watchRoom(job, over.signal).then((isFull) => isFull && end("WORKSPACE_FULL", 0));
  try {
    const [code, signal] = (await once(child, "close").catch((error: Error) => {
      throw new SandboxFailed(error.message);
    })) as [number | null, NodeJS.Signals | null];
    const hasFailed = code === engineFailed || (code === notStarted.exitCode && notStarted.said.test(said));
    if (hasFailed && cause === undefined) throw new SandboxFailed(`${options.engine}: ${said.trim()}`);
    const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
    const format = "{{.State.OOMKilled}}";
    const inspected = await call("inspect", "--format", format, nameOf(job.id)).catch(() => ({ stdout: "" }));
    const isOutOfMemory = exitCode !== 0 && inspected.stdout.trim() === "true";
    return { cause: isOutOfMemory ? "OUT_OF_MEMORY" : (cause ?? "EXITED"), exitCode };
  } finally {
    clearTimeout(timeout);
    over.abort();
  }
}
