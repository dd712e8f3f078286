// QueueService, for operators: one engine call a method; each change leaves its audit record.
import type { ServiceImpl } from "@connectrpc/connect";
import type { QueueService } from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";
import { adminOf } from "./admin-service.ts";

export function queueService(engine: Operations) {
  return {
    listQueues: (request, context) => engine.listQueues(callerOf(context), request),
    listWorkers: (request, context) => engine.listWorkers(callerOf(context), request),
    pauseQueue: (request, context) => engine.pauseQueue(adminOf(context), request),
    resumeQueue: (request, context) => engine.resumeQueue(adminOf(context), request),
    pauseTask: (request, context) => engine.pauseTask(adminOf(context), request),
    resumeTask: (request, context) => engine.resumeTask(adminOf(context), request),
    overrideWait: (request, context) => engine.overrideWait(adminOf(context), request),
  } satisfies ServiceImpl<typeof QueueService>;
}
