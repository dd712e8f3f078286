// Limiters: what they write for the kernel, and that nothing is left.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ownGroup } from "../../../src/node/sandbox/cgroup-files.ts";
import { cgroupV1 } from "../../../src/node/sandbox/cgroup-v1.ts";
import { cgroupV2 } from "../../../src/node/sandbox/cgroup-v2.ts";

const limits = { memoryBytes: 67_108_864, cpus: 0.5, pids: 12, openFiles: 64, workspaceBytes: 1_000_000 };
const v1 = await cgroupV1();
if (!v1) process.stderr.write("left out: control groups of version 1: this process may make none\n");

test.runIf(v1)("groups of version 1 have their bounds, and are gone when the job is", async () => {
  if (!v1) return;
  const id = randomUUID();
  const group = await v1.open(id, limits);
  const folderOf = (controller: string) => `/sys/fs/cgroup/${controller}${ownGroup(controller)}/asyncgate-${id}`;
  const read = async (controller: string, file: string) =>
    (await readFile(join(folderOf(controller), file), "utf8")).trim();
  if (v1.bounds.includes("pids")) expect(await read("pids", "pids.max")).toBe("12");
  if (v1.bounds.includes("memory")) expect(await read("memory", "memory.limit_in_bytes")).toBe("67108864");
  if (v1.bounds.includes("cpus")) {
    const quota = Number(await read("cpu", "cpu.cfs_quota_us"));
    expect(quota / Number(await read("cpu", "cpu.cfs_period_us"))).toBe(0.5);
  }
  await expect(v1.open(id, limits), "a group is never shared").rejects.toThrow(/EEXIST/);
  await group.close();
  await v1.sweep(id);
  expect(["pids", "memory", "cpu"].filter((controller) => existsSync(folderOf(controller)))).toEqual([]);
});

test("a group of version 2 gets its bounds where the node's group gives controllers on", async () => {
  const own = ownGroup("");
  if (own === undefined) return void process.stderr.write("left out: control groups of version 2: none here\n");
  const root = await mkdtemp(join(tmpdir(), "asyncgate-cgroup-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const base = `${root}${own}`;
  await mkdir(base, { recursive: true });
  await writeFile(join(base, "cgroup.procs"), "");
  await writeFile(join(base, "cgroup.controllers"), "cpuset cpu memory pids");
  await writeFile(join(base, "cgroup.subtree_control"), "");
  const limiter = await cgroupV2(root);
  expect(limiter?.bounds).toEqual(["memory", "cpus", "pids"]);
  expect(await readFile(join(base, "cgroup.subtree_control"), "utf8")).toBe("+memory +cpu +pids");
  await limiter?.open("one", limits);
  const read = (file: string) => readFile(join(base, "asyncgate-one", file), "utf8");
  expect(await read("memory.max")).toBe("67108864");
  expect(await read("memory.swap.max")).toBe("0");
  expect(await read("pids.max")).toBe("12");
  expect(await read("cpu.max")).toBe("50000 100000");
});

test("without delegated controllers, there is no limiter of version 2", async () => {
  const root = await mkdtemp(join(tmpdir(), "asyncgate-cgroup-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  expect(await cgroupV2(root)).toBeUndefined();
});
