// LeaseService, for workers that make one call at a time: one engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import { CompleteTaskRequestSchema, type LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";
import { eachItem, itemResult, single, waitSignal } from "./answers.ts";

export function leaseService(engine: Operations, server: ServiceContext) {
  return {
    async claimTasks(request, context) {
      const signal = waitSignal(context, server);
      return { tasks: await engine.claimTasksWaiting(callerOf(context), request, signal) };
    },
    async renewLeases(request, context) {
      const answers = await engine.renewLeases(callerOf(context), request);
      return { results: answers.map((answer) => itemResult(context, "kept", answer)) };
    },
    keepLeases: (requests, context) => engine.keepLeases(callerOf(context), requests),
    startTask: async (request, context) => single(await engine.startTasks(callerOf(context), [request])),
    reportProgress: async (request, context) => single(await engine.reportProgress(callerOf(context), [request])),
    completeTask: async (request, context) => single(await engine.completeTasks(callerOf(context), [request])),
    async completeTasks({ tasks }, context) {
      const results = await eachItem(context, server, CompleteTaskRequestSchema, tasks, "completed", (valid) =>
        engine.completeTasks(callerOf(context), valid),
      );
      return { results };
    },
    failTask: async (request, context) => single(await engine.failTasks(callerOf(context), [request])),
    releaseLease: async (request, context) => single(await engine.releaseLeases(callerOf(context), [request])),
    requestInput: async (request, context) => single(await engine.requestInputs(callerOf(context), [request])),
    handOff: async (request, context) => single(await engine.handOffs(callerOf(context), [request])),
    addScopes: (request, context) => engine.addScopes(callerOf(context), request),
    listScopes: (request, context) => engine.listScopes(callerOf(context), request),
    suspendTask: async (request, context) => single(await engine.suspendTasks(callerOf(context), [request])),
  } satisfies ServiceImpl<typeof LeaseService>;
}
