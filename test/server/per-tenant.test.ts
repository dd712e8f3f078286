// The server's own workers for tenants: one each while the tenant has something for it, and a warning where there are
// more tenants than are served.
import { expect, onTestFinished, test } from "vitest";
import type { Caller } from "../../src/engine/index.ts";
import { createLog } from "../../src/log.ts";
import { startPerTenant } from "../../src/server/per-tenant.ts";
import { openTestEngine } from "../helpers/engine.ts";

test("each tenant has a worker while it is there, and it is told once when there may be tenants without", async () => {
  const { tenant } = await openTestEngine();
  const callerOf = (tenantId: string): Caller => ({ ...tenant.caller("worker", "w"), tenantId });
  let callers: readonly Caller[] = [];
  const lines: string[] = [];
  const begun: string[] = [];
  const log = createLog({ level: "info", now: () => new Date(0), write: (line) => void lines.push(line) });
  const workers = startPerTenant(
    {
      log,
      metrics: { loopPassed: () => {} },
      random: () => 0,
      monotonicMs: () => performance.now(),
      jitter: 0,
    },
    {
      name: "scheduler",
      event: "schedules are carried out",
      tenantsMax: 2,
      callers: async () => callers,
      serve: ({ tenantId }) => {
        begun.push(tenantId);
        return { stop: async () => void begun.splice(begun.indexOf(tenantId), 1) };
      },
    },
  );
  onTestFinished(() => workers.stop());
  const warnings = () => lines.filter((line) => line.includes("further tenants are not served")).length;
  callers = [callerOf("a")];
  await expect.poll(() => begun, { timeout: 10_000 }).toEqual(["a"]);
  expect(warnings()).toBe(0);
  callers = [callerOf("a"), callerOf("b")];
  await expect.poll(() => begun, { timeout: 10_000 }).toEqual(["a", "b"]);
  expect(warnings()).toBe(1);
  callers = [callerOf("b"), callerOf("c")];
  await expect.poll(() => begun, { timeout: 10_000 }).toEqual(["b", "c"]);
  expect(warnings()).toBe(1);
});
