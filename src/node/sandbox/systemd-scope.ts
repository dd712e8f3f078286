// Scopes of systemd: for users whose manager has control groups that they may not write to themselves.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Limits } from "./driver.ts";
import type { Limiter } from "./limiter.ts";

const execute = promisify(execFile);
const probeTimeoutMs = 5_000;

/** Undefined where no scope can be made: found by making one. */
export async function systemdScope(isRoot: boolean): Promise<Limiter | undefined> {
  const manager = isRoot ? "--system" : "--user";
  const unitOf = (id: string) => `asyncgate-${id}.scope`;
  const run = (unit: string, properties: readonly string[], command: readonly string[]) => {
    const each = properties.flatMap((property) => ["-p", property]);
    return ["systemd-run", manager, "--quiet", "--scope", "--collect", `--unit=${unit}`, ...each, "--", ...command];
  };
  const [program = "", ...args] = run(unitOf(`probe-${process.pid}`), ["MemoryMax=64M", "TasksMax=8"], ["true"]);
  const works = await execute(program, args, { timeout: probeTimeoutMs }).then(
    () => true,
    () => false,
  );
  if (!works) return undefined;
  const control = (...words: string[]) => execute("systemctl", [manager, ...words], { timeout: probeTimeoutMs });
  const kill = async (id: string) => {
    await control("kill", "--signal=SIGKILL", unitOf(id)).catch(() => {});
  };
  return {
    name: "systemd",
    bounds: ["memory", "cpus", "pids"],
    async open(id, limits) {
      return {
        wrap: (command) => run(unitOf(id), propertiesOf(limits), command),
        kill: () => kill(id),
        // The scope is gone with its last process, and with it what it has counted.
        isOutOfMemory: async () => false,
        async close() {},
      };
    },
    sweep: kill,
  };
}

function propertiesOf({ memoryBytes, cpus, pids }: Limits): string[] {
  return [
    `TasksMax=${pids}`,
    ...(memoryBytes === undefined ? [] : [`MemoryMax=${memoryBytes}`, "MemorySwapMax=0"]),
    ...(cpus === undefined ? [] : [`CPUQuota=${Math.ceil(cpus * 100)}%`]),
  ];
}
