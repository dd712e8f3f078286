// TaskService: what those who hand over work call. One engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import { CreateTaskRequestSchema, type TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { hasEnded } from "../../core/transitions.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";
import { eachItem, orRefuse, waitSignal } from "./answers.ts";

export function taskService(engine: Operations, door: ServiceContext) {
  return {
    async createTask(request, context) {
      const [created] = await engine.createTasks(callerOf(context), {
        tasks: [request],
        requestId: request.requestId,
      });
      return orRefuse(created);
    },
    async createTasks(request, context) {
      const results = await eachItem(context, door, CreateTaskRequestSchema, request.tasks, "created", (tasks) =>
        engine.createTasks(callerOf(context), { tasks, requestId: request.requestId }),
      );
      return { results };
    },
    async getTask(request, context) {
      return { task: orRefuse(await engine.getTask(callerOf(context), request)) };
    },
    async listTasks(request, context) {
      return orRefuse(await engine.listTasks(callerOf(context), request));
    },
    async cancelTask(request, context) {
      return orRefuse(await engine.cancelTask(callerOf(context), request));
    },
    async awaitTask(request, context) {
      const task = orRefuse(await engine.awaitTask(callerOf(context), request, waitSignal(context, door)));
      return { task, ended: hasEnded(task.state) };
    },
    watchTask(request, context) {
      return engine.watchTask(callerOf(context), request, waitSignal(context, door));
    },
  } satisfies ServiceImpl<typeof TaskService>;
}
