// The contract for the server's own scheduler, within the process: the same handlers behind the same scopes and rules
// as for every caller. It reaches what a scheduler needs, and nothing else.
import type { Transport } from "@connectrpc/connect";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { leaseService } from "./lease-service.ts";
import { createLocalTransport, type LocalTransportOptions } from "./local-call.ts";
import { receiptService } from "./receipt-service.ts";
import { scheduleService } from "./schedule-service.ts";
import { signalService } from "./signal-service.ts";
import { taskService } from "./task-service.ts";

export type LocalSchedulerOptions = LocalTransportOptions & {
  /** How long changes of schedules wait. If absent, as for all callers. */
  readonly changeWaitMs?: number;
};

export function createLocalScheduler(options: LocalSchedulerOptions): Transport {
  const { operations, context, changeWaitMs } = options;
  return createLocalTransport(options, (router) => {
    router.service(TaskService, taskService(operations, context));
    router.service(LeaseService, leaseService(operations, context));
    router.service(ReceiptService, receiptService(operations));
    router.service(SignalService, signalService(operations));
    router.service(ScheduleService, scheduleService(operations, context, changeWaitMs));
  });
}
