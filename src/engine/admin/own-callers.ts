// The callers of the server's own workers, one per tenant that has something for them: its scheduler, and its runner of
// machines. They have no credential: their calls come over a transport within the process, and no key, token or
// certificate can stand for these principals.
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { listTenantsOfMachines, listTenantsOfSchedules } from "../../store/lane.sql.gen.ts";
import { ask } from "../../store/transaction.ts";
import { type Bearer, type Caller, callerOf, tenantOfCallers } from "../caller.ts";
import type { Engine } from "../engine.ts";

/** Credentials of the kind `service` are not made, and not accepted. */
export const schedulerPrincipal = "service:scheduler";
export const runnerPrincipal = "service:runner";

/** Each has waiting calls or a stream. A server for more tenants runs workers of its own with keys of theirs. */
export const servedTenantsMax = 1_000;

type Rows = Awaited<ReturnType<typeof listTenantsOfSchedules>>;

/** Of tenants that have schedules. Asked every second, so it is one statement without a transaction around it. */
export async function schedulerCallers(engine: Engine): Promise<Caller[]> {
  const rows = await ask(engine.database, {}, (tx) => listTenantsOfSchedules(tx, { most: servedTenantsMax }));
  return callersIn(engine, rows, { principal: schedulerPrincipal, roles: [Role.SCHEDULER], keyId: "scheduler" });
}

/** Of tenants that have executions of machines. The runner owns what it creates, so it needs no wide scope. */
export async function runnerCallers(engine: Engine): Promise<Caller[]> {
  const rows = await ask(engine.database, {}, (tx) => listTenantsOfMachines(tx, { most: servedTenantsMax }));
  return callersIn(engine, rows, { principal: runnerPrincipal, roles: [Role.EXECUTOR], keyId: "runner" });
}

/** With the limits of the tenants as they are now; tenants that are suspended are not among the rows. */
function callersIn(engine: Engine, rows: Rows, bearer: Bearer): Caller[] {
  return rows.map((row) => callerOf(tenantOfCallers(engine.limits, { ...row, tenantName: row.name }), bearer));
}
