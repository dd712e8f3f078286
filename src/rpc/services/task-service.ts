// TaskService, for callers that create tasks: one engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import { CreateTaskRequestSchema, type TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { hasEnded } from "../../core/transitions.ts";
import type { Operations } from "../../engine/index.ts";
import type { Created } from "../../engine/tasks/make-creations.ts";
import { callerOf } from "../call/call.ts";
import { withTrace } from "../call/trace.ts";
import type { ServiceContext } from "../server.ts";
import { eachItem, type ItemResult, single, throwIfDraining, waitSignal } from "./answers.ts";

export function taskService(engine: Operations, server: ServiceContext) {
  return {
    async createTask(request, context) {
      const { requestId } = request;
      const tasks = [withTrace(context, request)];
      return single(await engine.createTasks(callerOf(context), { tasks, requestId }));
    },
    async createTasks({ tasks, requestId, idsOnly }, context) {
      const results = await eachItem(context, server, CreateTaskRequestSchema, tasks, "created", (valid) =>
        engine.createTasks(callerOf(context), { tasks: valid.map((task) => withTrace(context, task)), requestId }),
      );
      return { results: idsOnly ? results.map(withIdsOnly) : results };
    },
    getTask: async (request, context) => ({ task: await engine.getTask(callerOf(context), request) }),
    listTasks: (request, context) => engine.listTasks(callerOf(context), request),
    explainTask: async (request, context) => ({
      explanation: await engine.explainTask(callerOf(context), request),
    }),
    getTaskTree: (request, context) => engine.getTaskTree(callerOf(context), request),
    cancelTask: (request, context) => engine.cancelTask(callerOf(context), request),
    provideInput: (request, context) => engine.provideInput(callerOf(context), request),
    async awaitTask(request, context) {
      const task = await engine.awaitTask(callerOf(context), request, waitSignal(context, server));
      return { task, ended: hasEnded(task.state) };
    },
    async *watchTask(request, context) {
      for await (const news of engine.watchTask(callerOf(context), request, waitSignal(context, server))) {
        yield news;
        if (news.task && hasEnded(news.task.state)) return;
      }
      throwIfDraining(context, server);
    },
  } satisfies ServiceImpl<typeof TaskService>;
}

function withIdsOnly({ result }: ItemResult<"created", Created>) {
  if (result.case === "error") return { result };
  const { task, assignedReceiptId, existed } = result.value;
  return { result: { case: "createdIds", value: { taskId: task.taskId, assignedReceiptId, existed } } } as const;
}
