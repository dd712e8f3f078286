// The contract for the server's own runner of machines, within the process: the same handlers behind the same scopes
// and rules as for every caller. It reaches what a worker needs, and nothing else.
import type { Transport } from "@connectrpc/connect";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { SignalService } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { leaseService } from "./lease-service.ts";
import { createLocalTransport, type LocalTransportOptions } from "./local-call.ts";
import { signalService } from "./signal-service.ts";
import { taskService } from "./task-service.ts";
import { workerService } from "./worker-service.ts";

export function createLocalRunner(options: LocalTransportOptions): Transport {
  const { operations, context } = options;
  return createLocalTransport(options, (router) => {
    router.service(TaskService, taskService(operations, context));
    router.service(LeaseService, leaseService(operations, context));
    router.service(WorkerService, workerService(operations, context));
    router.service(SignalService, signalService(operations));
  });
}
