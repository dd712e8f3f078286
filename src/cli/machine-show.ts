// `asyncgate machine show`: how far an execution is: its state, its steps, its context, and the tasks under it.
import { createClient } from "../../clients/typescript/src/create-client.ts";
import { type Task, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { machineTaskType } from "../machines/interpreter/requests.ts";
import { type Command, type Context, UsageError } from "./command.ts";
import { finishedOf, snapshotOf } from "./machine-execution.ts";
import { readDevKeys } from "./serve.ts";
import { renderTable } from "./table.ts";
import { keyFrom, urlFrom } from "./target.ts";

const usage = "machine show <task-id> [--json]";

export const machineShow: Command = {
  usage,
  about: "shows how far the execution of a machine is",
  takesServerFlags: false,
  async run(context) {
    const isJson = context.arguments.includes("--json");
    const [taskId, ...rest] = context.arguments.filter((argument) => argument !== "--json");
    if (!taskId || rest.length > 0) throw new UsageError(`expected the id of one task; usage: ${usage}`);
    const client = createClient(await targetFor(context));
    try {
      const task = await client.getTask(taskId);
      if (task.type !== machineTaskType)
        throw new UsageError(`${taskId} is a task of the type ${task.type}, and no execution`);
      const { nodes } = await client.stubs.tasks.getTaskTree({ taskId });
      const children = nodes.filter(({ parentTaskId }) => parentTaskId === task.taskId);
      const shown = executionOf(task, children);
      if (isJson) context.terminal.print(JSON.stringify(shown));
      else for (const line of linesOf(shown)) context.terminal.print(line);
      return 0;
    } finally {
      client.close();
    }
  },
};

async function targetFor({ readConfig, environment }: Context) {
  const config = readConfig();
  const endpoint = urlFrom(environment) ?? `http://${config.host}:${config.port}`;
  const key = keyFrom(environment) ?? (await readDevKeys(config.dataDir)).find(({ name }) => name === "tasker")?.key;
  if (!key) throw new UsageError("there is no key: set ASYNCGATE_API_KEY, or run `make dev` in this directory first");
  return { endpoint, key };
}

type Child = { readonly taskId: string; readonly type: string; readonly state: TaskState };

function executionOf(task: Task, children: readonly Child[]) {
  const snapshot = snapshotOf(task);
  const finished = finishedOf(task);
  return {
    ...finished,
    machine: task.labels["machine"] ?? "",
    at: snapshot?.state ?? "",
    context: snapshot?.context ?? {},
    trail: snapshot?.trail ?? [],
    children: children.map(({ taskId, type, state }) => ({ taskId, type, state: stateName(state) })),
  };
}

function stateName(state: TaskState): string {
  return Object.entries(TaskState).find(([, value]) => value === state)?.[0] ?? "";
}

function linesOf(shown: ReturnType<typeof executionOf>): string[] {
  const { machine, state, at, steps, cost, tokens, output, error, context, trail, children } = shown;
  return [
    `${machine} ${shown.taskId}: ${state}, in state ${at || "-"}, ${steps} states entered`,
    `cost ${cost}, tokens ${tokens}`,
    `states: ${trail.map(([, name]) => name).join(" ")}`,
    `context: ${JSON.stringify(context)}`,
    ...(output === undefined ? [] : [`output: ${JSON.stringify(output)}`]),
    ...(error ? [`error: ${error.type}: ${error.message}`] : []),
    ...(children.length === 0
      ? []
      : renderTable(
          ["task", "type", "state"],
          children.map((one) => [one.taskId, one.type, one.state]),
        )),
  ];
}
