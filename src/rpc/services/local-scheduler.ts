// The contract for the server's own scheduler, within the process: the same handlers behind the same scopes and rules
// as for every caller. It reaches what a scheduler needs, and nothing else.
import { createRouterTransport, type Interceptor, type Transport } from "@connectrpc/connect";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { authorize } from "../interceptors/authorize.ts";
import { mapErrors } from "../interceptors/map-errors.ts";
import { validate } from "../interceptors/validate.ts";
import type { ServiceContext } from "../server.ts";
import { leaseService } from "./lease-service.ts";
import { asLocalCaller } from "./local-call.ts";
import { receiptService } from "./receipt-service.ts";
import { scheduleService } from "./schedule-service.ts";
import { signalService } from "./signal-service.ts";
import { taskService } from "./task-service.ts";

export type LocalSchedulerOptions = {
  readonly operations: Operations;
  readonly context: ServiceContext;
  readonly messageBytesMax: number;
  readonly newId: () => string;
  /** The caller as its tenant is now. Throws the refusal of a tenant that is not served any more. */
  readonly callerNow: () => Caller;
  /** How long changes of schedules wait. If absent, as for all callers. */
  readonly changeWaitMs?: number;
};

export function createLocalScheduler(options: LocalSchedulerOptions): Transport {
  const { operations, context, messageBytesMax, newId, callerNow } = options;
  const { log, rules } = context;
  const interceptors = [
    asLocalCaller(newId, callerNow),
    mapErrors({ log, messageBytesMax }),
    withinScopes,
    validate(rules),
  ];
  return createRouterTransport(
    (router) => {
      router.service(TaskService, taskService(operations, context));
      router.service(LeaseService, leaseService(operations, context));
      router.service(ReceiptService, receiptService(operations));
      router.service(SignalService, signalService(operations));
      router.service(ScheduleService, scheduleService(operations, context, options.changeWaitMs));
    },
    { router: { interceptors } },
  );
}

const withinScopes: Interceptor = (next) => async (request) => {
  authorize({ method: request.method, values: request.contextValues });
  return await next(request);
};
