// What a node allows, the stricter of two policies, and the bounds that a job gets.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJobSpec } from "../../../src/node/jobs/job-spec.ts";
import { type Policy, planJob, policyDefault, stricter } from "../../../src/node/jobs/policy.ts";
import type { Capabilities } from "../../../src/node/sandbox/driver.ts";

const capabilities: Capabilities = {
  driver: "bubblewrap",
  version: "1",
  filesystem: true,
  ownUser: true,
  networks: ["NONE", "HOST"],
  images: false,
  limits: { memory: "cgroup_v2", cpus: "cgroup_v2", pids: "cgroup_v2" },
  workspace: "tmpfs",
};

function specOf(payload: Record<string, unknown>) {
  const spec = readJobSpec({ command: ["make"], ...payload } as never);
  if ("faults" in spec) throw new Error(spec.faults.join());
  return spec;
}

const names = fc.option(fc.subarray(["a", "b", "c"]), { nil: undefined });
const amount = fc.integer({ min: 1, max: 100 });
const maybe = fc.option(amount, { nil: undefined });

const policies: fc.Arbitrary<Policy> = fc
  .record({ programs: names, images: names, isHost: fc.boolean(), memory: maybe, cpus: maybe })
  .chain(({ programs, images, isHost, memory, cpus }) =>
    fc.tuple(amount, amount, amount, amount, amount, amount).map(([pids, files, workspace, output, usual, most]) => ({
      ...(programs && { programs }),
      ...(images && { images }),
      network: isHost ? ("HOST" as const) : ("NONE" as const),
      limits: {
        ...(memory !== undefined && { memoryBytes: memory }),
        ...(cpus !== undefined && { cpus }),
        ...{ pids, openFiles: files, workspaceBytes: workspace, outputBytes: output },
      },
      timeoutDefaultMs: Math.min(usual, most),
      timeoutMaxMs: most,
    })),
  );

/** Whether every job that the first allows, the second allows too, with no less strict bounds. */
function isWithin(one: Policy, other: Policy): boolean {
  const within = (mine: readonly string[] | undefined, theirs: readonly string[] | undefined) =>
    theirs === undefined || mine?.every((name) => theirs.includes(name)) === true;
  const least = (mine: number | undefined, theirs: number | undefined) =>
    theirs === undefined || (mine !== undefined && mine <= theirs);
  const bounds = ["memoryBytes", "cpus", "pids", "openFiles", "workspaceBytes", "outputBytes"] as const;
  return (
    within(one.programs, other.programs) &&
    within(one.images, other.images) &&
    (one.network === "NONE" || other.network === "HOST") &&
    bounds.every((name) => least(one.limits[name], other.limits[name])) &&
    one.timeoutDefaultMs <= other.timeoutDefaultMs &&
    one.timeoutMaxMs <= other.timeoutMaxMs
  );
}

describe("of two policies", () => {
  test("the stricter is within both, whatever their order, and one with itself stays what it is", () => {
    fc.assert(
      fc.property(policies, policies, (one, other) => {
        const both = stricter(one, other);
        expect(isWithin(both, one) && isWithin(both, other)).toBe(true);
        expect(stricter(other, one)).toEqual(both);
        expect(stricter(one, one)).toEqual(one);
      }),
    );
  });

  test("a control: one that allows more is not within", () => {
    expect(isWithin({ ...policyDefault, network: "HOST" }, policyDefault)).toBe(false);
    expect(isWithin(policyDefault, { ...policyDefault, programs: ["make"] })).toBe(false);
  });
});

describe("a job", () => {
  test("gets the least of what it, the node and the usual bounds say", () => {
    expect(planJob(specOf({}), policyDefault, capabilities)).toEqual({
      limits: { pids: 256, openFiles: 1_024, workspaceBytes: 268_435_456 },
      outputBytes: 16_777_216,
      timeoutMs: 3_600_000,
    });
    const asked = { limits: { pids: 1_000, cpus: 4, memory_bytes: 2_000_000, output_bytes: 10 }, timeout: "100000s" };
    const policy = { ...policyDefault, limits: { ...policyDefault.limits, cpus: 2 } };
    expect(planJob(specOf(asked), policy, capabilities)).toEqual({
      limits: { pids: 256, openFiles: 1_024, workspaceBytes: 268_435_456, cpus: 2, memoryBytes: 2_000_000 },
      outputBytes: 10,
      timeoutMs: 10_800_000,
    });
  });

  test.each<[string, Record<string, unknown>, Partial<Policy>, string]>([
    ["a network", { network: "HOST" }, {}, "gives jobs no network"],
    ["another program", {}, { programs: ["ls"] }, "this node runs no make: it runs ls"],
    ["any program", {}, { programs: [] }, "it runs none"],
    ["an image", { image: "alpine" }, {}, "has no images"],
  ])("that wants %s is refused where the node gives none", (_, payload, policy, reason) => {
    const plan = planJob(specOf(payload), { ...policyDefault, ...policy }, capabilities);
    expect("refused" in plan && plan.refused.join()).toContain(reason);
  });

  test("that states a bound is refused where nothing enforces it, and one that states none runs", () => {
    const weak = { ...capabilities, limits: { pids: "rlimits" } };
    const plan = planJob(specOf({ limits: { memory_bytes: 2_000_000 } }), policyDefault, weak);
    expect("refused" in plan && plan.refused).toEqual([expect.stringContaining("bounds the memory")]);
    expect("limits" in planJob(specOf({}), policyDefault, weak)).toBe(true);
  });
});
