// Control groups are folders of a file system: what both versions of them do alike.
import { readFileSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { signalProcess } from "./process-tree.ts";

export const periodUs = 100_000;
/** Processes that were killed are in their group until they are reaped: it is asked this often. */
const removeAttemptsMax = 100;
const removePauseMs = 20;

/** A folder within a control group, made anew. */
export async function makeGroup(folder: string, values: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder);
  for (const [file, value] of Object.entries(values)) await writeFile(`${folder}/${file}`, value);
}

/**
 * The command, begun by a shell that writes itself into the groups. The shell is the node's: it has none of the job's
 * environment.
 */
export function joining(folders: readonly string[], command: readonly string[]): readonly string[] {
  const joins = folders.map((folder) => `echo $$ > '${folder}/cgroup.procs' && `).join("");
  return ["/bin/sh", "-c", `${joins}exec "$@"`, "sh", ...command];
}

export async function killGroup(folder: string): Promise<void> {
  for (const pid of await pidsOf(folder)) signalProcess(pid, "SIGKILL");
}

async function pidsOf(folder: string): Promise<number[]> {
  const text = await readFile(`${folder}/cgroup.procs`, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).map(Number);
}

/** Kills what is in it, again and again: a process may fork while it is killed. */
export async function removeGroup(folder: string): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    await killGroup(folder);
    try {
      return await rmdir(folder);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
      if (attempts >= removeAttemptsMax) throw error;
      await pause(removePauseMs);
    }
  }
}

/** A counter in a file of lines with a name and a number. */
export async function readCounter(file: string, name: string): Promise<number> {
  const text = await readFile(file, "utf8").catch(() => "");
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}

/** The group of this process: by controller, or of version 2 where that is empty. Undefined if it has none. */
export function ownGroup(controller: string): string | undefined {
  const lines = readFileSync("/proc/self/cgroup", "utf8").split("\n");
  for (const line of lines) {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path !== "" && (controller === "" ? controllers === "" : controllers.split(",").includes(controller))) {
      return path === "/" ? "" : path;
    }
  }
  return undefined;
}
