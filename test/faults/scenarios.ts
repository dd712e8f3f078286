// What goes on while something is killed. Each scenario makes tasks and says in which state each of them must end; the
// kit repeats its calls until the server is back, under the same ids.
import {
  AsyncGateError,
  after,
  allOf,
  anyOf,
  type Client,
  ended,
  type Job,
  type NewTask,
  OnImpossible,
  TaskState,
  task,
} from "../../clients/typescript/src/index.ts";

export type Expected = ReadonlyMap<string, TaskState>;

export type Scenario = {
  readonly name: string;
  /** What it is for, in a few words. */
  readonly about: string;
  start(client: Client, run: string): Promise<Expected>;
};

const batchMax = 500;
const calls = { timeoutMs: 120_000 };

async function createAll(client: Client, tasks: readonly NewTask[]): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < tasks.length; from += batchMax) {
    for (const made of await client.createTasks(tasks.slice(from, from + batchMax), calls)) {
      if (made instanceof AsyncGateError) throw made;
      ids.push(made.taskId);
    }
  }
  return ids;
}

function succeeds(ids: readonly string[]): [string, TaskState][] {
  return ids.map((id) => [id, TaskState.SUCCEEDED]);
}

const leavesCount = 1_000;
const dependentsCount = 1_000;
const sleepersCount = 100;
const chainLength = 40;

export const scenarios: readonly Scenario[] = [
  {
    name: "fan-in",
    about: `a task that waits for ${leavesCount} others`,
    async start(client, run) {
      const keyOf = (place: number) => `${run}/${place}`;
      const leaves = Array.from({ length: leavesCount }, (_, place) => ({
        type: "leaf",
        idempotencyKey: keyOf(place),
      }));
      const ids = await createAll(client, leaves);
      const wait = allOf(...ids.map((id) => task(id)));
      const join = { type: "join", payload: { count: leavesCount }, idempotencyKey: `${run}/join`, wait };
      const { taskId } = await client.createTask(join, calls);
      return new Map(succeeds([...ids, taskId]));
    },
  },
  {
    name: "suspend and resume",
    about: `${sleepersCount} tasks that suspend for another task and a time`,
    async start(client, run) {
      const gate = await client.createTask({ type: "gate", idempotencyKey: `${run}/gate` }, calls);
      const sleepers = Array.from({ length: sleepersCount }, (_, place) => ({
        type: "sleeper",
        payload: { gate: gate.taskId, afterMs: 20 * (place % 50) },
        idempotencyKey: `${run}/${place}`,
      }));
      const ids = await createAll(client, sleepers);
      return new Map(succeeds([gate.taskId, ...ids]));
    },
  },
  {
    name: "cascade of cancellations",
    about: `${dependentsCount} tasks that are canceled with the one that they wait for`,
    async start(client, run) {
      const root = await client.createTask({ type: "never", queue: "nowhere", idempotencyKey: `${run}/root` }, calls);
      const dependents = Array.from({ length: dependentsCount }, (_, place) => ({
        type: "leaf",
        idempotencyKey: `${run}/${place}`,
        wait: { allOf: [{ task: root.taskId }], onImpossible: OnImpossible.CANCEL },
      }));
      const ids = await createAll(client, dependents);
      await client.cancelTask(root.taskId, {}, calls);
      return new Map([root.taskId, ...ids].map((id) => [id, TaskState.CANCELED]));
    },
  },
  {
    name: "chain",
    about: `${chainLength} tasks of which each waits for the one before`,
    async start(client, run) {
      const links = Array.from({ length: chainLength }, (_, place) => ({
        type: "leaf",
        idempotencyKey: `${run}/${place}`,
        ...(place > 0 && { wait: task({ item: place - 1 }) }),
      }));
      return new Map(succeeds(await createAll(client, links)));
    },
  },
];

/** What the workers do. A handler that finds less than what its task waited for fails it, and so the run. */
export const handlers = {
  leaf: () => null,
  gate: async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return null;
  },
  join: ({ count }: { count: number }, job: Job) => {
    const met = job.waitResults.filter(
      ({ status, taskState }) => status === "met" && taskState === TaskState.SUCCEEDED,
    );
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
    if (job.waitResult("gate")?.taskState !== TaskState.SUCCEEDED) throw new Error("it runs before what it waits for");
    return job.suspend({ wait: after(afterMs), checkpoint: { step: 3 } });
  },
};
