// The server's own scheduler: one for each tenant that has schedules, each a client of the contract over a transport
// within the process.
import { clientOf } from "../../clients/typescript/src/client.ts";
import { servedTenantsMax } from "../engine/admin/own-callers.ts";
import type { Operations } from "../engine/index.ts";
import type { Log } from "../log.ts";
import { checkRules } from "../rpc/rules/check-rules.ts";
import type { ServiceContext } from "../rpc/server.ts";
import { createLocalScheduler } from "../rpc/services/local-scheduler.ts";
import { runScheduler, type SchedulerEvent } from "../scheduler/worker/run-scheduler.ts";
import { type PerTenantOptions, startPerTenant } from "./per-tenant.ts";

export type InnerOptions = PerTenantOptions & {
  readonly operations: Operations;
  readonly context: ServiceContext;
  readonly messageBytesMax: number;
  readonly instance: string;
  readonly newId: () => string;
};

export function startInnerScheduler(options: InnerOptions) {
  const { operations, log, instance } = options;
  return startPerTenant(options, {
    name: "scheduler",
    event: "schedules are carried out",
    callers: operations.schedulerCallers,
    tenantsMax: servedTenantsMax,
    serve(caller, callerNow) {
      const transport = createLocalScheduler({ ...options, callerNow });
      const onEvent = (event: SchedulerEvent) => logEvent(log, caller.tenantName, event);
      return runScheduler({ client: clientOf({ transport, close: () => {} }, {}), checkRules, instance, onEvent });
    },
  });
}

function logEvent(log: Log, tenant: string, event: SchedulerEvent): void {
  if (event.type === "fired") log.debug("a schedule has fired", { tenant, task_id: event.taskId, fired: event.fired });
  else if (event.type === "answered")
    log.debug("a schedule was asked", { tenant, task_id: event.taskId, verb: event.verb });
  else if (event.type === "failed") {
    log.warn("a schedule is tried again", { tenant, task_id: event.taskId, error: event.error.message });
  } else log.warn("no schedules can be taken", { tenant, error: event.error.message });
}
