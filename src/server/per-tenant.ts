// A worker of the server's own for each tenant that has something for it. A loop looks which tenants these are, so a
// tenant without costs nothing, and one that is suspended is no longer served.
import { Refused, tenantSuspended } from "../core/refusal.ts";
import type { Caller } from "../engine/index.ts";
import type { Log } from "../log.ts";
import { type LoopMetrics, startLoop } from "./loop.ts";

/** The first task of a tenant waits so long at most. */
const intervalMs = 1_000;

export type PerTenantOptions = {
  readonly log: Log;
  readonly metrics: LoopMetrics;
  readonly random: () => number;
  readonly monotonicMs: () => number;
  readonly jitter: number;
};

export type OwnWorker = {
  stop(): Promise<void>;
  /** Resolves when it can do nothing more by itself; then the loop starts another one. If absent, never. */
  readonly ended?: Promise<void>;
};

export type TenantsOf = {
  readonly name: string;
  /** For the log. */
  readonly event: string;
  readonly callers: () => Promise<readonly Caller[]>;
  /** As many as `callers` tells of at most. If there are so many, others may go without, which is on the log once. */
  readonly tenantsMax: number;
  /** `callerNow` throws once the tenant is not served any more. */
  readonly serve: (caller: Caller, callerNow: () => Caller) => OwnWorker;
};

/** `tenant.caller` is the caller as it was at the last pass; undefined once the tenant is not served any more. */
type Served = { readonly tenant: { caller: Caller | undefined }; readonly worker: OwnWorker };

export function startPerTenant(options: PerTenantOptions, { name, event, callers, tenantsMax, serve }: TenantsOf) {
  let isFull = false;
  const served = new Map<string, Served>();
  const serveTenant = (caller: Caller) => {
    const tenant: Served["tenant"] = { caller };
    const callerNow = () => {
      if (!tenant.caller) throw new Refused(tenantSuspended());
      return tenant.caller;
    };
    const one: Served = { tenant, worker: serve(caller, callerNow) };
    served.set(caller.tenantId, one);
    void one.worker.ended?.then(() => {
      if (served.get(caller.tenantId) === one) served.delete(caller.tenantId);
    });
  };
  const loop = startLoop({
    ...options,
    name,
    intervalMs,
    runOnce: async () => {
      const now = new Map((await callers()).map((one) => [one.tenantId, one]));
      const gone = [...served].filter(([tenantId]) => !now.has(tenantId));
      for (const [tenantId, one] of gone) {
        served.delete(tenantId);
        one.tenant.caller = undefined;
        void one.worker.stop();
      }
      const fresh = [...now.values()].filter(({ tenantId }) => !served.has(tenantId));
      for (const caller of fresh) serveTenant(caller);
      for (const caller of now.values()) {
        const one = served.get(caller.tenantId);
        if (one) one.tenant.caller = caller;
      }
      if (now.size >= tenantsMax && !isFull)
        options.log.warn(`further tenants are not served: ${name}`, { tenants_max: tenantsMax });
      isFull = now.size >= tenantsMax;
      if (gone.length + fresh.length > 0) options.log.info(event, { tenants: served.size });
      return undefined;
    },
  });
  return {
    async stop() {
      await loop.stop();
      await Promise.all([...served.values()].map(({ worker }) => worker.stop()));
    },
  };
}
