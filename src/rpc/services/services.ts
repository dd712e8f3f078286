// Every service of the contract that this server serves, in one place.
import type { ConnectRouter } from "@connectrpc/connect";
import { AdminService } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { AgentService } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { OutputService } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { QueueService } from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import type { ServiceContext } from "../server.ts";
import { adminService } from "./admin-service.ts";
import { agentService } from "./agent-service.ts";
import { leaseService } from "./lease-service.ts";
import { machineService } from "./machine-service.ts";
import { nodeService } from "./node-service.ts";
import { obligationService } from "./obligation-service.ts";
import { outputService } from "./output-service.ts";
import { queueService } from "./queue-service.ts";
import { receiptService } from "./receipt-service.ts";
import { scheduleService } from "./schedule-service.ts";
import { signalService } from "./signal-service.ts";
import { systemService } from "./system-service.ts";
import { taskService } from "./task-service.ts";
import { workerService } from "./worker-service.ts";

export function registerServices(router: ConnectRouter, context: ServiceContext, engine: Operations): void {
  router.service(TaskService, taskService(engine, context));
  router.service(LeaseService, leaseService(engine, context));
  router.service(OutputService, outputService(engine, context));
  router.service(ReceiptService, receiptService(engine));
  router.service(ObligationService, obligationService(engine, context));
  router.service(WorkerService, workerService(engine, context));
  router.service(QueueService, queueService(engine));
  router.service(AgentService, agentService(engine));
  router.service(NodeService, nodeService(engine, context));
  router.service(ScheduleService, scheduleService(engine, context));
  router.service(MachineService, machineService(engine, context));
  router.service(SignalService, signalService(engine));
  router.service(SystemService, systemService(engine));
  router.service(AdminService, adminService(engine));
}
