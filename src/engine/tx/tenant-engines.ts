// An engine for each tenant: the same in all, except that its transactions wait for a connection in its own queue.
import { setBounded } from "../../core/bounded-map.ts";
import { withTenantQueue } from "../../store/pool.ts";
import type { Engine } from "../engine.ts";

export type TenantEngines<Shared extends Engine = Engine> = (tenantId: string) => Shared;

/** Made once for each tenant, so that a call does not pay for it. */
const tenantsMax = 10_000;

export function createTenantEngines<Shared extends Engine>(engine: Shared): TenantEngines<Shared> {
  const engines = new Map<string, Shared>();
  return (tenantId) => {
    const known = engines.get(tenantId);
    if (known) return known;
    const made = { ...engine, database: withTenantQueue(engine.database, tenantId) };
    setBounded(engines, tenantId, made, tenantsMax);
    return made;
  };
}
