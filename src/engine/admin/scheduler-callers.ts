// The callers of the server's own scheduler, one per tenant that has schedules. They have no credential: the calls come
// over a transport within the process, and no key, token or certificate can stand for this principal.
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { listTenantsOfSchedules } from "../../store/lane.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import { type Caller, callerOf, tenantOfCallers } from "../caller.ts";
import type { Engine } from "../engine.ts";

/** Credentials of the kind `service` are not made, and not accepted. */
export const schedulerPrincipal = "service:scheduler";

/** Each has two waiting calls. A server for more tenants runs schedulers of its own with keys of theirs. */
export const schedulerTenantsMax = 1_000;

/** With the limits of the tenants as they are now; without the tenants that are suspended. */
export async function schedulerCallers(engine: Engine): Promise<Caller[]> {
  const rows = await read(engine.database, {}, (tx) => listTenantsOfSchedules(tx, { most: schedulerTenantsMax }));
  return rows.map((row) =>
    callerOf(tenantOfCallers(engine.limits, { ...row, tenantName: row.name }), {
      principal: schedulerPrincipal,
      roles: [Role.SCHEDULER],
      keyId: "scheduler",
    }),
  );
}
