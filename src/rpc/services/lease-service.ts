// LeaseService: what those who do the work call, one call at a time. One engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import { CompleteTaskRequestSchema, type LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { errorDetailOf, isRefusal } from "../../core/refusal.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf, callIdOf } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";
import { eachItem, orRefuse, waitSignal } from "./answers.ts";

export function leaseService(engine: Operations, door: ServiceContext) {
  return {
    async claimTasks(request, context) {
      const signal = waitSignal(context, door);
      return { tasks: orRefuse(await engine.claimTasksWaiting(callerOf(context), request, signal)) };
    },
    async renewLeases(request, context) {
      const answers = await engine.renewLeases(callerOf(context), request);
      return {
        results: answers.map((answer) =>
          isRefusal(answer)
            ? { result: { case: "error" as const, value: errorDetailOf(answer, callIdOf(context)) } }
            : { result: { case: "kept" as const, value: answer } },
        ),
      };
    },
    keepLeases(requests, context) {
      return engine.keepLeases(callerOf(context), requests);
    },
    async startTask(request, context) {
      const [started] = await engine.startTasks(callerOf(context), [request]);
      return orRefuse(started);
    },
    async reportProgress(request, context) {
      const [progressed] = await engine.reportProgress(callerOf(context), [request]);
      return orRefuse(progressed);
    },
    async completeTask(request, context) {
      const [completed] = await engine.completeTasks(callerOf(context), [request]);
      return orRefuse(completed);
    },
    async completeTasks(request, context) {
      const results = await eachItem(context, door, CompleteTaskRequestSchema, request.tasks, "completed", (tasks) =>
        engine.completeTasks(callerOf(context), tasks),
      );
      return { results };
    },
    async failTask(request, context) {
      const [failed] = await engine.failTasks(callerOf(context), [request]);
      return orRefuse(failed);
    },
    async releaseLease(request, context) {
      const [released] = await engine.releaseLeases(callerOf(context), [request]);
      return orRefuse(released);
    },
  } satisfies ServiceImpl<typeof LeaseService>;
}
