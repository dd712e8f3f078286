// Which limiter this machine has: the first that works.
import { cgroupV1 } from "./cgroup-v1.ts";
import { cgroupV2 } from "./cgroup-v2.ts";
import { type Limiter, rlimits } from "./limiter.ts";
import { systemdScope } from "./systemd-scope.ts";

export async function findLimiter(isRoot: boolean): Promise<Limiter> {
  return (await cgroupV2()) ?? (await cgroupV1()) ?? (await systemdScope(isRoot)) ?? rlimits;
}
