// The server's own scheduler: one for each tenant that has schedules, each a client of the contract over a transport
// within the process. A loop looks which tenants these are, so a tenant without schedules costs nothing, and one that
// is suspended is no longer served.
import { clientOf } from "../../clients/typescript/src/client.ts";
import { Refused, tenantSuspended } from "../core/refusal.ts";
import type { Caller, Operations } from "../engine/index.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../rpc/metrics.ts";
import type { ServiceContext } from "../rpc/server.ts";
import { createLocalScheduler } from "../rpc/services/local-scheduler.ts";
import { runScheduler, type Scheduler, type SchedulerEvent } from "../scheduler/worker/run-scheduler.ts";
import { startLoop } from "./loop.ts";

/** The first schedule of a tenant waits so long at most; calls wait for it for 5 s. */
const intervalMs = 1_000;

export type InnerSchedulerOptions = {
  readonly operations: Operations;
  readonly context: ServiceContext;
  readonly messageBytesMax: number;
  readonly instance: string;
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly random: () => number;
  readonly monotonicMs: () => number;
  readonly jitter: number;
};

type Served = { caller: Caller | undefined; readonly scheduler: Scheduler };

export function startInnerScheduler(options: InnerSchedulerOptions) {
  const { operations, log } = options;
  const served = new Map<string, Served>();
  const loop = startLoop({
    ...options,
    name: "scheduler",
    intervalMs,
    runOnce: async () => {
      const callers = new Map((await operations.schedulerCallers()).map((one) => [one.tenantId, one]));
      const gone = [...served].filter(([tenantId]) => !callers.has(tenantId));
      for (const [tenantId, one] of gone) {
        served.delete(tenantId);
        one.caller = undefined;
        void one.scheduler.stop();
      }
      const fresh = [...callers.values()].filter(({ tenantId }) => !served.has(tenantId));
      for (const caller of fresh) served.set(caller.tenantId, serve(options, caller));
      for (const caller of callers.values()) {
        const one = served.get(caller.tenantId);
        if (one) one.caller = caller;
      }
      if (gone.length + fresh.length > 0) log.info("schedules are carried out", { tenants: served.size });
      return undefined;
    },
  });
  return {
    async stop() {
      await loop.stop();
      await Promise.all([...served.values()].map(({ scheduler }) => scheduler.stop()));
    },
  };
}

function serve(options: InnerSchedulerOptions, caller: Caller): Served {
  const { log } = options;
  const callerNow = () => {
    if (!served.caller) throw new Refused(tenantSuspended());
    return served.caller;
  };
  const transport = createLocalScheduler({ ...options, callerNow });
  const onEvent = (event: SchedulerEvent) => logEvent(log, caller.tenantName, event);
  const scheduler = runScheduler({
    client: clientOf({ transport, close: () => {} }, {}),
    instance: options.instance,
    onEvent,
  });
  const served: Served = { caller, scheduler };
  return served;
}

function logEvent(log: Log, tenant: string, event: SchedulerEvent): void {
  if (event.type === "fired") log.debug("a schedule has fired", { tenant, task_id: event.taskId, fired: event.fired });
  else if (event.type === "answered")
    log.debug("a schedule was asked", { tenant, task_id: event.taskId, verb: event.verb });
  else if (event.type === "failed") {
    log.warn("a schedule is tried again", { tenant, task_id: event.taskId, error: event.error.message });
  } else log.warn("no schedules can be taken", { tenant, error: event.error.message });
}
