// Control groups of version 1: one hierarchy for each controller, so a job has a group in each of them.
import { access, constants } from "node:fs/promises";
import { joining, killGroup, makeGroup, ownGroup, periodUs, readCounter, removeGroup } from "./cgroup-files.ts";
import type { Limits } from "./driver.ts";
import type { BoundName, Limiter } from "./limiter.ts";

const root = "/sys/fs/cgroup";
const controllers = { memory: "memory", cpus: "cpu", pids: "pids" } as const satisfies Record<BoundName, string>;

/** Undefined where they are not, or where this process may not make groups. */
export async function cgroupV1(): Promise<Limiter | undefined> {
  const parents = new Map<BoundName, string>();
  for (const [bound, controller] of Object.entries(controllers) as [BoundName, string][]) {
    const own = ownGroup(controller);
    const folder = `${root}/${controller}${own ?? ""}`;
    if (own !== undefined && (await isWritable(folder))) parents.set(bound, folder);
  }
  return parents.size === 0 ? undefined : limiterIn(parents);
}

async function isWritable(folder: string): Promise<boolean> {
  return await access(`${folder}/cgroup.procs`, constants.W_OK).then(
    () => true,
    () => false,
  );
}

function limiterIn(parents: ReadonlyMap<BoundName, string>): Limiter {
  const folderOf = (parent: string, id: string) => `${parent}/asyncgate-${id}`;
  const foldersOf = (id: string) => [...parents.values()].map((parent) => folderOf(parent, id));
  return {
    name: "cgroup_v1",
    bounds: [...parents.keys()],
    async open(id, limits) {
      const folders = foldersOf(id);
      try {
        for (const [bound, parent] of parents) await makeGroup(folderOf(parent, id), valuesOf(bound, limits));
      } catch (error) {
        for (const folder of folders) await removeGroup(folder).catch(() => {});
        throw error;
      }
      const memory = parents.get("memory");
      return {
        wrap: (command) => joining(folders, command),
        async kill() {
          for (const folder of folders) await killGroup(folder);
        },
        async isOutOfMemory() {
          if (memory === undefined) return false;
          return (await readCounter(`${folderOf(memory, id)}/memory.oom_control`, "oom_kill")) > 0;
        },
        async close() {
          for (const folder of folders) await removeGroup(folder);
        },
      };
    },
    async sweep(id) {
      for (const folder of foldersOf(id)) await removeGroup(folder);
    },
  };
}

function valuesOf(bound: BoundName, { memoryBytes, cpus, pids }: Limits): Record<string, string> {
  if (bound === "pids") return { "pids.max": String(pids) };
  if (bound === "memory") return memoryBytes === undefined ? {} : { "memory.limit_in_bytes": String(memoryBytes) };
  if (cpus === undefined) return {};
  return { "cpu.cfs_period_us": String(periodUs), "cpu.cfs_quota_us": String(Math.ceil(cpus * periodUs)) };
}
