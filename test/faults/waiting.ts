// Tasks that wait for others: a fan-in, suspensions, a cascade and a chain.
import {
  after,
  allOf,
  anyOf,
  ended,
  type Job,
  OnImpossible,
  TaskState,
  task,
} from "../../clients/typescript/src/index.ts";
import { allEnd, calls, createAll, type MakeHandlers, numbers, type Scenario, sleep } from "./scenario.ts";

const leavesCount = 1_000;
const dependentsCount = 1_000;
const sleepersCount = 100;
const chainLength = 40;
const { SUCCEEDED, CANCELED } = TaskState;

export const waiting: readonly Scenario[] = [
  {
    name: "fan-in",
    about: `a task that waits for ${leavesCount} others`,
    async start({ operator: client }, run) {
      const leaves = numbers(leavesCount).map((place) => ({ type: "leaf", idempotencyKey: `${run}/${place}` }));
      const ids = await createAll(client, leaves);
      const wait = allOf(...ids.map((id) => task(id)));
      const join = { type: "join", payload: { count: leavesCount }, idempotencyKey: `${run}/join`, wait };
      const { taskId } = await client.createTask(join, calls);
      return { expected: new Map(allEnd(SUCCEEDED, [...ids, taskId])) };
    },
  },
  {
    name: "suspend and resume",
    about: `${sleepersCount} tasks that suspend for another task and a time`,
    async start({ operator: client }, run) {
      const gate = await client.createTask({ type: "gate", idempotencyKey: `${run}/gate` }, calls);
      const sleepers = numbers(sleepersCount).map((place) => ({
        type: "sleeper",
        payload: { gate: gate.taskId, afterMs: 20 * (place % 50) },
        idempotencyKey: `${run}/${place}`,
      }));
      const ids = await createAll(client, sleepers);
      return { expected: new Map(allEnd(SUCCEEDED, [gate.taskId, ...ids])) };
    },
  },
  {
    name: "cascade of cancellations",
    about: `${dependentsCount} tasks that are canceled with the one that they wait for`,
    async start({ operator: client }, run) {
      const root = await client.createTask({ type: "never", queue: "nowhere", idempotencyKey: `${run}/root` }, calls);
      const dependents = numbers(dependentsCount).map((place) => ({
        type: "leaf",
        idempotencyKey: `${run}/${place}`,
        wait: { allOf: [{ task: root.taskId }], onImpossible: OnImpossible.CANCEL },
      }));
      const ids = await createAll(client, dependents);
      await client.cancelTask(root.taskId, {}, calls);
      return { expected: new Map(allEnd(CANCELED, [root.taskId, ...ids])) };
    },
  },
  {
    name: "chain",
    about: `${chainLength} tasks of which each waits for the one before`,
    async start({ operator: client }, run) {
      const links = numbers(chainLength).map((place) => ({
        type: "leaf",
        idempotencyKey: `${run}/${place}`,
        ...(place > 0 && { wait: task({ item: place - 1 }) }),
      }));
      return { expected: new Map(allEnd(SUCCEEDED, await createAll(client, links))) };
    },
  },
];

/** A handler that finds less than what its task waited for fails it, and so the run. */
export const waitingHandlers: MakeHandlers = () => ({
  operator: {
    leaf: () => null,
    gate: async () => {
      await sleep(200);
      return null;
    },
    join: ({ count }: { count: number }, job: Job) => {
      const met = job.waitResults.filter(({ status, taskState }) => status === "met" && taskState === SUCCEEDED);
      if (met.length !== count) throw new Error(`${met.length} of ${count} conditions are met`);
      return null;
    },
    sleeper: ({ gate, afterMs }: { gate: string; afterMs: number }, job: Job) => {
      const step = job.checkpoint === undefined ? 1 : (job.checkpoint as { step: number }).step;
      if (step === 1) {
        const wait = allOf(anyOf(ended(gate, { name: "gate" })), after(afterMs));
        return job.suspend({ wait, checkpoint: { step: 2 } });
      }
      if (step === 3) return { steps: step };
      if (job.waitResult("gate")?.taskState !== SUCCEEDED) throw new Error("it runs before what it waits for");
      return job.suspend({ wait: after(afterMs), checkpoint: { step: 3 } });
    },
  },
});
