// Situations in which people ask why a task does not run. Each is made by operations alone, and docs/explain.md shows
// what ExplainTask says of it.
import { create } from "@bufbuild/protobuf";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnExpiry } from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import { OnImpossible, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { overrideWait, pauseQueue, pauseTask } from "../../helpers/operate.ts";
import { asked } from "../../helpers/questions.ts";
import {
  afterMs,
  cancel,
  complete,
  createTask,
  fail,
  handOff,
  held,
  inMs,
  lose,
  minuteMs,
  ms,
  onTask,
  progress,
  type Scenario,
  start,
  suspend,
  waitFor,
} from "../../helpers/scenario.ts";
import { onSignal } from "../../helpers/signals.ts";
import { openSession } from "../../helpers/work.ts";

export type Situation = {
  /** As the page has it. */
  readonly title: string;
  /** Makes the situation, and names the task. */
  readonly make: (s: Scenario) => Promise<string>;
  /** No worker is connected but those of the situation. Else one is that fits. */
  readonly isAboutWorkers?: true;
  readonly limits?: { readonly live_leases_max?: number; readonly principal_live_leases_max?: number };
};

const gpu = { requirements: { capabilities: ["gpu"] } };
const wanda = { addressee: { kind: PrincipalKind.WORKER, id: "wanda" } };

/** As long as a session may last without a heartbeat. */
const longMs = 30 * minuteMs;

/** A worker for all tasks of all situations. */
export async function connectAll(s: Scenario): Promise<void> {
  const kind = { queues: ["default", "mail", "review"], acceptTypes: [], capabilities: ["gpu"] };
  await openSession(s.operations, s.worker, { kind, ttlWishMs: longMs });
}

async function connect(s: Scenario, kind: { readonly queues?: string[]; readonly capabilities?: string[] } = {}) {
  const { queues = ["default"], capabilities = [] } = kind;
  return await openSession(s.operations, s.worker, { kind: { queues, acceptTypes: [], capabilities } });
}

async function passed(s: Scenario, taskId: string, byMs: number): Promise<string> {
  s.clock.advance(byMs);
  await Promise.resolve();
  return taskId;
}

export const situations: readonly Situation[] = [
  {
    title: "It is next, and a worker is there",
    make: async (s) => (await createTask(s)).taskId,
  },
  {
    title: "No worker is connected",
    isAboutWorkers: true,
    make: async (s) => (await createTask(s)).taskId,
  },
  {
    title: "No connected worker offers what it requires",
    isAboutWorkers: true,
    async make(s) {
      await connect(s);
      return (await createTask(s, gpu)).taskId;
    },
  },
  {
    title: "Workers are connected, but to other queues",
    isAboutWorkers: true,
    async make(s) {
      await connect(s, { queues: ["mail"] });
      return (await createTask(s)).taskId;
    },
  },
  {
    title: "It is for one principal, which is not connected",
    isAboutWorkers: true,
    async make(s) {
      await openSession(s.operations, s.rival);
      return (await createTask(s, wanda)).taskId;
    },
  },
  {
    title: "Others are before it",
    async make(s) {
      for (let count = 0; count < 3; count += 1) await createTask(s);
      return (await createTask(s)).taskId;
    },
  },
  {
    title: "It was created with a delay",
    make: async (s) => (await createTask(s, { delay: ms(10 * minuteMs) })).taskId,
  },
  {
    title: "It failed, and waits for its next attempt",
    async make(s) {
      const leased = await held(s);
      await fail(s, leased);
      return leased.task.taskId;
    },
  },
  {
    title: "It waits for another task, which runs",
    async make(s) {
      const first = await held(s);
      await start(s, first);
      return (await createTask(s, { wait: waitFor(onTask(first.task.taskId)) })).taskId;
    },
  },
  {
    title: "It waits for a signal or a time, and for a task",
    async make(s) {
      const { taskId } = await createTask(s);
      const wait = waitFor([onSignal("approved"), afterMs(60 * minuteMs)], onTask(taskId));
      return (await createTask(s, { wait })).taskId;
    },
  },
  {
    title: "It gave its lease back to sleep",
    async make(s) {
      const leased = await held(s);
      await suspend(s, leased, { wait: waitFor(afterMs(120 * minuteMs)) });
      return passed(s, leased.task.taskId, 20 * minuteMs);
    },
  },
  {
    title: "It waits for a task that has succeeded without saying where its result is",
    async make(s) {
      const first = await held(s);
      const { taskId } = await createTask(s, { wait: waitFor(onTask(first.task.taskId)) });
      await complete(s, first, {});
      return taskId;
    },
  },
  {
    title: "It waits for what can no longer come",
    async make(s) {
      const { taskId } = await createTask(s);
      const wait = { ...waitFor(onTask(taskId)), onImpossible: OnImpossible.KEEP };
      const blocked = await createTask(s, { wait });
      await cancel(s, taskId);
      return blocked.taskId;
    },
  },
  {
    title: "It has asked a person",
    async make(s) {
      const { taskId } = await asked(s, { expires: { after: ms(60 * minuteMs), onExpiry: OnExpiry.DECLINE } });
      return passed(s, taskId, 5 * minuteMs);
    },
  },
  {
    title: "It is paused while it waits for an answer",
    async make(s) {
      const { taskId } = await asked(s);
      await pauseTask(s, taskId);
      return taskId;
    },
  },
  {
    title: "It is paused",
    async make(s) {
      const { taskId } = await createTask(s);
      await pauseTask(s, taskId, { reason: "wait for legal" });
      return passed(s, taskId, 5 * minuteMs);
    },
  },
  {
    title: "It is paused while it waits for another task",
    async make(s) {
      const { taskId: first } = await createTask(s);
      const { taskId } = await createTask(s, { wait: waitFor(onTask(first)) });
      await pauseTask(s, taskId);
      return passed(s, taskId, 5 * minuteMs);
    },
  },
  {
    title: "Its queue is paused",
    async make(s) {
      const { taskId } = await createTask(s, { queue: "mail" });
      await pauseQueue(s, "mail", { reason: "the provider is down" });
      return passed(s, taskId, 20 * minuteMs);
    },
  },
  {
    title: "It was handed off to a queue that is paused",
    async make(s) {
      const leased = await held(s);
      await handOff(s, leased, { to: { queue: "review" } });
      await pauseQueue(s, "review");
      return passed(s, leased.task.taskId, 5 * minuteMs);
    },
  },
  {
    title: "A worker has what it wants to write",
    async make(s) {
      await held(s, { scopes: [{ resource: "repo:shop" }] });
      return (await createTask(s, { scopes: [{ resource: "repo:shop/api" }] })).taskId;
    },
  },
  {
    title: "The tenant has as many leases as it may",
    limits: { live_leases_max: 2 },
    async make(s) {
      await held(s);
      await held(s);
      return (await createTask(s)).taskId;
    },
  },
  {
    title: "The only principal that may lease it has as many leases as it may",
    limits: { principal_live_leases_max: 1 },
    async make(s) {
      await held(s);
      return (await createTask(s, wanda)).taskId;
    },
  },
  {
    title: "Its deadline has just passed",
    async make(s) {
      const { taskId } = await createTask(s, { deadline: inMs(s, minuteMs) });
      return passed(s, taskId, minuteMs + 500);
    },
  },
  {
    title: "A worker has it, and works",
    async make(s) {
      const leased = await held(s);
      await start(s, leased);
      await progress(s, leased, { progress: { percent: 40, message: "page 4 of 10" } });
      return passed(s, leased.task.taskId, 15_000);
    },
  },
  {
    title: "A worker has it, and is silent",
    async make(s) {
      const leased = await held(s);
      return passed(s, leased.task.taskId, 45_000);
    },
  },
  {
    title: "A worker had it, and its lease has just expired",
    async make(s) {
      const leased = await held(s);
      return passed(s, leased.task.taskId, minuteMs + 250);
    },
  },
  {
    title: "A worker has it, and its owner wants it to end",
    async make(s) {
      const leased = await held(s);
      await start(s, leased);
      await cancel(s, leased.task.taskId, { gracePeriod: ms(10 * minuteMs) });
      return passed(s, leased.task.taskId, 15_000);
    },
  },
  {
    title: "Its worker was lost, and it is queued again",
    async make(s) {
      const leased = await held(s);
      await lose(s);
      return leased.task.taskId;
    },
  },
  {
    title: "It was suspended, and an operator has overridden the wait",
    async make(s) {
      const leased = await held(s);
      await suspend(s, leased, { wait: waitFor(onSignal("never")) });
      await overrideWait(s, leased.task.taskId);
      return leased.task.taskId;
    },
  },
  {
    title: "It was reported, and waits for verdicts",
    async make(s) {
      const leased = await held(s, { verification: { verifiers: 2, acceptAt: 2 } });
      await complete(s, leased);
      return passed(s, leased.task.taskId, 5 * minuteMs);
    },
  },
  {
    title: "It verifies work of the only worker that is connected",
    async make(s) {
      const leased = await held(s, { verification: {} });
      await complete(s, leased);
      const { tasks } = await s.operations.listTasks(s.operator, create(ListTasksRequestSchema, { type: "verify" }));
      return tasks[0]?.taskId ?? "";
    },
  },
  {
    title: "It has succeeded",
    async make(s) {
      const leased = await held(s);
      await complete(s, leased);
      return passed(s, leased.task.taskId, 5 * minuteMs);
    },
  },
  {
    title: "All of its attempts have failed",
    async make(s) {
      const leased = await held(s, { maxAttempts: 1 });
      await fail(s, leased);
      return passed(s, leased.task.taskId, 5 * minuteMs);
    },
  },
  {
    title: "It failed because what it waited for failed",
    async make(s) {
      const first = await held(s, { maxAttempts: 1 });
      const { taskId } = await createTask(s, { wait: waitFor(onTask(first.task.taskId)) });
      await fail(s, first);
      return passed(s, taskId, 5 * minuteMs);
    },
  },
  {
    title: "It was canceled",
    async make(s) {
      const { taskId } = await createTask(s);
      await cancel(s, taskId);
      return passed(s, taskId, 5 * minuteMs);
    },
  },
  {
    title: "It waits for the end of a task in whatever state",
    async make(s) {
      const { taskId } = await createTask(s);
      const acceptStates = [TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELED];
      return (await createTask(s, { wait: waitFor(onTask(taskId, { acceptStates })) })).taskId;
    },
  },
];
