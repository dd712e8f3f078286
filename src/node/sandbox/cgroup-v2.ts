// Control groups of version 2: one group for a job, within one that is delegated to the node. Only leaves may have
// processes, so the node moves itself into a leaf of its own before it gives its group controllers.
import { access, constants, mkdir, readFile, writeFile } from "node:fs/promises";
import { joining, killGroup, makeGroup, ownGroup, periodUs, readCounter, removeGroup } from "./cgroup-files.ts";
import type { Limits } from "./driver.ts";
import type { BoundName, Limiter } from "./limiter.ts";

const rootDefault = "/sys/fs/cgroup";
const controllers = { memory: "memory", cpus: "cpu", pids: "pids" } as const satisfies Record<BoundName, string>;
/** The leaf that the node's own processes are in. */
const ownLeaf = "asyncgate-node";

/** Undefined where they are not, or where the group of this process is not delegated to it. */
export async function cgroupV2(root: string = rootDefault): Promise<Limiter | undefined> {
  const own = ownGroup("");
  if (own === undefined) return undefined;
  // A supervisor is in the leaf that its node has moved into.
  const base = `${root}${own.replace(new RegExp(`/${ownLeaf}$`), "")}`;
  try {
    await access(`${base}/cgroup.procs`, constants.W_OK);
    const given = await giveControllers(base);
    return given.length === 0 ? undefined : limiterIn(base, given);
  } catch {
    return undefined;
  }
}

async function giveControllers(base: string): Promise<BoundName[]> {
  const there = (await readFile(`${base}/cgroup.controllers`, "utf8")).trim().split(" ");
  const bounds = (Object.keys(controllers) as BoundName[]).filter((bound) => there.includes(controllers[bound]));
  if (bounds.length === 0) return [];
  const given = (await readFile(`${base}/cgroup.subtree_control`, "utf8")).trim().split(" ");
  const wanted = bounds.filter((bound) => !given.includes(controllers[bound]));
  const give = () =>
    writeFile(`${base}/cgroup.subtree_control`, wanted.map((bound) => `+${controllers[bound]}`).join(" "));
  if (wanted.length === 0) return bounds;
  try {
    await give();
  } catch {
    // A group with processes of its own may not give controllers on.
    await mkdir(`${base}/${ownLeaf}`, { recursive: true });
    await writeFile(`${base}/${ownLeaf}/cgroup.procs`, "0");
    await give();
  }
  return bounds;
}

function limiterIn(base: string, bounds: readonly BoundName[]): Limiter {
  const folderOf = (id: string) => `${base}/asyncgate-${id}`;
  return {
    name: "cgroup_v2",
    bounds,
    async open(id, limits) {
      const folder = folderOf(id);
      try {
        await makeGroup(folder, valuesOf(bounds, limits));
      } catch (error) {
        await removeGroup(folder).catch(() => {});
        throw error;
      }
      return {
        wrap: (command) => joining([folder], command),
        // The kernel kills all at once; the list of processes is for kernels before 5.14.
        kill: () => writeFile(`${folder}/cgroup.kill`, "1").catch(() => killGroup(folder)),
        isOutOfMemory: async () => (await readCounter(`${folder}/memory.events`, "oom_kill")) > 0,
        close: () => removeGroup(folder),
      };
    },
    sweep: (id) => removeGroup(folderOf(id)),
  };
}

function valuesOf(bounds: readonly BoundName[], { memoryBytes, cpus, pids }: Limits): Record<string, string> {
  const has = (bound: BoundName) => bounds.includes(bound);
  return {
    ...(has("pids") && { "pids.max": String(pids) }),
    // Without swap, which would let a job go on slowly beyond its bound.
    ...(has("memory") && memoryBytes !== undefined && { "memory.max": String(memoryBytes), "memory.swap.max": "0" }),
    ...(has("cpus") && cpus !== undefined && { "cpu.max": `${Math.ceil(cpus * periodUs)} ${periodUs}` }),
  };
}
