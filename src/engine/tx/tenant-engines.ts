// An engine for each tenant: the same in all, but that its transactions wait for a connection in that tenant's turn.
import { withTenantQueue } from "../../store/pool.ts";
import type { Engine } from "../engine.ts";

export type TenantEngines = (tenantId: string) => Engine;

/** Made once a tenant: a call must not pay for it. */
const tenantsMax = 10_000;

export function createTenantEngines(engine: Engine): TenantEngines {
  const engines = new Map<string, Engine>();
  return (tenantId) => {
    const known = engines.get(tenantId);
    if (known) return known;
    if (engines.size >= tenantsMax) engines.clear();
    const made = { ...engine, database: withTenantQueue(engine.database, tenantId) };
    engines.set(tenantId, made);
    return made;
  };
}
