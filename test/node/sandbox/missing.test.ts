// What a sandbox cannot enforce, it refuses.
import { describe, expect, test } from "vitest";
import type { Capabilities } from "../../../src/node/sandbox/driver.ts";
import { missingFor } from "../../../src/node/sandbox/missing.ts";
import { countsPerNamespace } from "../../../src/node/sandbox/wrapping.ts";

const everything: Capabilities = {
  driver: "bubblewrap",
  version: "1",
  filesystem: true,
  ownUser: true,
  networks: ["NONE", "HOST"],
  images: false,
  limits: { memory: "cgroup_v2", cpus: "cgroup_v2", pids: "cgroup_v2" },
  workspace: "tmpfs",
};
const needs = {
  network: "NONE",
  limits: { memoryBytes: 1, cpus: 1, pids: 1, openFiles: 1, workspaceBytes: 1 },
} as const;

describe("a job is refused by what its sandbox does not enforce", () => {
  test("and by nothing else", () => {
    expect(missingFor(needs, everything)).toEqual([]);
  });

  test.each([
    ["memory", { limits: { cpus: "cgroup_v2", pids: "cgroup_v2" } }, "bounds the memory"],
    ["cpus", { limits: { memory: "cgroup_v2", pids: "cgroup_v2" } }, "bounds the cpus"],
    ["pids", { limits: { memory: "cgroup_v2", cpus: "cgroup_v2" } }, "bounds the pids"],
    ["network", { networks: ["HOST"] as const }, "cannot deny the network"],
    ["image", { images: true }, "runs images only"],
  ])("%s", (_, less, reason) => {
    expect(missingFor(needs, { ...everything, ...less })).toEqual([expect.stringContaining(reason)]);
  });

  test("and all reasons are told at once", () => {
    const job = { ...needs, network: "HOST", image: "alpine" } as const;
    expect(missingFor(job, { ...everything, networks: ["NONE"], limits: {} })).toHaveLength(5);
  });
});

test.each([
  ["6.18.44-fc", true],
  ["5.14.0", true],
  ["5.13.19-2", false],
  ["4.19", false],
])("whether the kernel %s counts the processes of a user namespace by themselves: %s", (kernel, counts) => {
  expect(countsPerNamespace(kernel)).toBe(counts);
});
