// Tasks that branch and are handed over: trees that grow and join, trees that are canceled, and hand-offs.
import {
  allOf,
  type Client,
  ended,
  type Job,
  NonRetryable,
  OnParentEnd,
  type Task,
  TaskState,
  task,
} from "../../clients/typescript/src/index.ts";
import * as people from "./scenario.ts";
import {
  allEnd,
  calls,
  collect,
  createAll,
  healMs,
  type MakeHandlers,
  numbers,
  type Outcome,
  type Scenario,
  sleep,
  untilEnded,
} from "./scenario.ts";

const { SUCCEEDED, CANCELED } = TaskState;
const treesCount = 4;
const width = 5;
const depth = 2;
const relaysCount = 24;
const hops = 5;

/** The roots, and all below them. */
async function treesOf(client: Client, roots: readonly string[]): Promise<Task[]> {
  const below = roots.map((root) => collect(client.listTasks({ root }, calls)));
  const tops = roots.map((root) => client.getTask(root, calls));
  return [...(await Promise.all(tops)), ...(await Promise.all(below)).flat()];
}

function childrenOf(tasks: readonly Task[]): NonNullable<Outcome["children"]> {
  return new Map(tasks.map((one) => [one.taskId, one.type === "twig" || one.depth >= depth ? 0 : width]));
}

async function untilGrown(client: Client, roots: readonly string[], count: number): Promise<void> {
  const deadlineMs = performance.now() + healMs;
  while ((await treesOf(client, roots)).length < count) {
    if (performance.now() > deadlineMs) throw new Error("a tree does not grow");
    await sleep(100);
  }
}

function rootsOf(run: string, type: string) {
  return numbers(treesCount).map((place) => ({ type, payload: { depth }, idempotencyKey: `${run}/${place}` }));
}

export const branching: readonly Scenario[] = [
  {
    name: "trees",
    about: `${treesCount} trees of ${1 + width + width ** 2} tasks, each of which waits for its children`,
    async start({ operator: client }, run) {
      const roots = await createAll(client, rootsOf(run, "branch"));
      await untilEnded(client, roots, async () => undefined);
      const tasks = await treesOf(client, roots);
      const ids = tasks.map(({ taskId }) => taskId);
      return { expected: new Map(allEnd(SUCCEEDED, ids)), children: childrenOf(tasks) };
    },
  },
  {
    name: "canceled trees",
    about: `${treesCount} trees that are canceled at the root, but for one child in ${width}`,
    async start({ operator: client }, run) {
      const roots = await createAll(client, rootsOf(run, "stem"));
      await untilGrown(client, roots, treesCount * (1 + width + width ** 2));
      await Promise.all(roots.map((root) => client.cancelTask(root, {}, calls)));
      const tasks = await treesOf(client, roots);
      const state = ({ type }: { type: string }) => [type === "twig" ? SUCCEEDED : CANCELED];
      return { expected: new Map(tasks.map((one) => [one.taskId, state(one)])), children: childrenOf(tasks) };
    },
  },
  {
    name: "hand-offs",
    about: `${relaysCount} tasks that go ${hops} times from one worker to the other`,
    async start({ operator: client }, run) {
      const relays = numbers(relaysCount).map((place) => ({ type: "relay", idempotencyKey: `${run}/${place}` }));
      const ids = await createAll(client, relays);
      return { expected: new Map(allEnd(SUCCEEDED, ids)), handOffs: new Map(ids.map((id) => [id, hops])) };
    },
  },
];

function relay(_: unknown, job: Job) {
  const { step } = (job.checkpoint as { step: number } | undefined) ?? { step: 0 };
  if (step > 0 && job.handedOver?.note !== `after ${step}`)
    throw new NonRetryable("the note is not that of the last hand-off");
  if (step === hops) return { step };
  const principal = step % 2 === 0 ? people.second : people.operator;
  return job.handOff({ to: { principal }, note: `after ${step + 1}`, checkpoint: { step: step + 1 } });
}

export const branchingHandlers: MakeHandlers = () => ({
  operator: {
    relay,
    branch: ({ depth: left }: { depth: number }, job: Job) => {
      if (left === 0) return 1;
      const create = numbers(width).map(() => ({ type: "branch", payload: { depth: left - 1 } }));
      if (job.waitResults.length === 0) {
        return job.suspend({ create, wait: allOf(...create.map((_, item) => task({ item }))) });
      }
      return 1 + job.waitResults.reduce((sum, { result }) => sum + Number(result), 0);
    },
    /** Its children never run, but for a twig that outlives it. */
    stem: ({ depth: left }: { depth: number }, job: Job) => {
      const isLow = left === 1;
      const child = { ...(isLow && { queue: "nowhere" }), type: "stem", payload: { depth: left - 1 } };
      const twig = { type: "twig", onParentEnd: OnParentEnd.KEEP, wait: ended(job.taskId) };
      const create = numbers(width).map((place) => (isLow && place === 0 ? twig : child));
      return job.suspend({ create, wait: allOf(...create.slice(1).map((_, item) => task({ item: item + 1 }))) });
    },
    twig: () => null,
  },
  second: { relay },
});
