// The load of rows about waits: a chain of tasks, many that one waits for, one that wakes another.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { ConditionSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  CreateTaskRequestSchema,
  CreateTasksRequestSchema,
  TaskService,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { BenchClient } from "../../src/cli/bench/client.ts";
import { claim, complete, monotonicMs } from "../../src/cli/bench/load.ts";
import { benchPayload } from "../../src/cli/bench/payload.ts";
import { openBenchWorker } from "../../src/cli/bench/work.ts";

type Condition = MessageInitShape<typeof ConditionSchema>;

const batchMax = 500;

function onTask(taskId: string): Condition {
  return { condition: { case: "task", value: { of: { case: "taskId", value: taskId } } } };
}

function onItem(item: number): Condition {
  return { condition: { case: "task", value: { of: { case: "item", value: item } } } };
}

function taskIn(queue: string, conditions: readonly Condition[]) {
  const wait = conditions.length > 0 ? { wait: { allOf: conditions.map((one) => ({ anyOf: [one] })) } } : {};
  return create(CreateTaskRequestSchema, { type: "bench", queue, payload: benchPayload, ...wait });
}

async function createAll(client: BenchClient, tasks: ReturnType<typeof taskIn>[]): Promise<string[]> {
  const request = create(CreateTasksRequestSchema, { tasks, idsOnly: true });
  const { results } = await client.call(TaskService.method.createTasks, request);
  return results.map(({ result }) => {
    if (result.case !== "createdIds") throw new Error("a task was not created");
    return result.value.taskId;
  });
}

/** Each task waits for the one before. */
export async function createChain(client: BenchClient, queue: string, tasks: number): Promise<void> {
  let last: string | undefined;
  for (let from = 0; from < tasks; from += batchMax) {
    const count = Math.min(batchMax, tasks - from);
    const before = (place: number) => (place > 0 ? [onItem(place - 1)] : last ? [onTask(last)] : []);
    const ids = await createAll(
      client,
      Array.from({ length: count }, (_, place) => taskIn(queue, before(place))),
    );
    last = ids.at(-1);
  }
}

/** One more task waits for all of them. */
export async function createFanIn(client: BenchClient, queue: string, tasks: number): Promise<void> {
  const ids: string[] = [];
  while (ids.length < tasks) {
    const count = Math.min(batchMax, tasks - ids.length);
    ids.push(
      ...(await createAll(
        client,
        Array.from({ length: count }, () => taskIn(queue, [])),
      )),
    );
  }
  await createAll(client, [taskIn(queue, ids.map(onTask))]);
}

/** Tasks that sleep until tomorrow. */
export async function createSleepers(client: BenchClient, queue: string, tasks: number): Promise<void> {
  const tomorrow = { case: "after", value: { seconds: 86_400n } } as const;
  const asleep: Condition = { condition: { case: "time", value: { of: tomorrow } } };
  for (let from = 0; from < tasks; from += batchMax) {
    const count = Math.min(batchMax, tasks - from);
    await createAll(
      client,
      Array.from({ length: count }, () => taskIn(queue, [asleep])),
    );
  }
}

/** From the call that completes a task until a worker on a stream has the one that waits for it. */
export async function wakeLatencies(
  tasker: BenchClient,
  worker: BenchClient,
  { queue, samples }: { readonly queue: string; readonly samples: number },
): Promise<number[]> {
  const latenciesMs: number[] = [];
  const first = `${queue}-first`;
  let offered = () => {};
  let settled = () => {};
  const onOffered = () => offered();
  const session = openBenchWorker(worker, {
    ...{ queue, credits: 1, instance: "wake", heartbeats: true },
    onOffered,
    onSettled: () => settled(),
  });
  await session.welcome;
  while (latenciesMs.length < samples) {
    const [taskId = ""] = await createAll(tasker, [taskIn(first, [])]);
    await createAll(tasker, [taskIn(queue, [onTask(taskId)])]);
    const tokens = await claim(worker, first, 1);
    const arrived = new Promise<void>((resolve) => {
      offered = resolve;
    });
    const done = new Promise<void>((resolve) => {
      settled = resolve;
    });
    const fromMs = monotonicMs();
    const completed = complete(worker, tokens);
    await Promise.race([arrived, session.ended]);
    latenciesMs.push(monotonicMs() - fromMs);
    await Promise.all([completed, Promise.race([done, session.ended])]);
  }
  session.bye();
  return latenciesMs;
}
