// The server's own runner of machines: one for each tenant that has executions, each a worker of the kit over a
// transport within the process.
import { NonRetryable } from "../../clients/typescript/src/errors.ts";
import type { WorkerEvent } from "../../clients/typescript/src/worker-events.ts";
import { servedTenantsMax } from "../engine/admin/own-callers.ts";
import { errorFields, type Log } from "../log.ts";
import { createLocalRunner } from "../rpc/services/local-runner.ts";
import { version } from "../version.ts";
import type { InnerOptions } from "./inner-scheduler.ts";
import { startPerTenant } from "./per-tenant.ts";

export function startInnerRunner(options: InnerOptions) {
  const { operations, log, instance, context } = options;
  return startPerTenant(options, {
    name: "machines",
    event: "machines are executed",
    callers: operations.runnerCallers,
    tenantsMax: servedTenantsMax,
    serve(caller, callerNow) {
      const tenant = caller.tenantName;
      const runner = loadRunner().then(({ startRunner }) =>
        startRunner({
          transport: createLocalRunner({ ...options, callerNow }),
          checkRules: (schema, message) => context.rules.check(schema, message)?.violations ?? [],
          instance,
          version,
          onEvent: (event) => logEvent(log, tenant, event),
        }),
      );
      const ended = runner
        .then(({ finished }) => finished)
        .catch((error: unknown) => log.warn("no machines can be executed", { tenant, ...errorFields(error) }));
      return { stop: async () => await (await runner).stop(), ended };
    },
  });
}

/** With the first tenant that has executions: the parsers of documents take some megabytes. */
const loadRunner = () => import("../machines/runner/start-runner.ts");

function logEvent(log: Log, tenant: string, event: WorkerEvent): void {
  if (event.type === "thrown") {
    const { taskId: task_id } = event.task;
    // What a machine fails with is its own affair, and its message may hold what agents have said.
    if (event.error instanceof NonRetryable) log.debug("an execution has failed", { tenant, task_id });
    else log.warn("a step of an execution is tried again", { tenant, task_id, ...errorFields(event.error) });
  } else if (event.type === "disconnected") {
    log.warn("machines wait for the server", { tenant, error: event.error.message });
  }
}
