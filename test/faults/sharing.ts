// Tasks that must not have the same thing at once: write scopes and names.
import {
  AsyncGateError,
  type Client,
  ErrorReason,
  type Job,
  named,
  OnNameTaken,
  ScopeMode,
  TaskState,
} from "../../clients/typescript/src/index.ts";
import type { Snapshot } from "./history.ts";
import {
  allEnd,
  calls,
  collect,
  createAll,
  type MakeHandlers,
  numbers,
  type Scenario,
  sleep,
  untilEnded,
} from "./scenario.ts";

const { SUCCEEDED, CANCELED } = TaskState;
const editsCount = 60;
const filesCount = 6;
const loopsCount = 8;
const generations = 6;
const replacedCount = 8;
const replacements = 8;

/** One in ten reads all files, one in five adds another file while it works. */
function edit(run: string, place: number) {
  const root = `faults:${run.replaceAll(" ", "-")}`;
  const file = (number: number) => `${root}/file-${number % filesCount}`;
  return {
    type: "edit",
    payload: { ms: 10 + (place % 3) * 10, also: place % 5 === 1 ? file(place + 1) : "" },
    idempotencyKey: `${run}/${place}`,
    scopes: [place % 10 === 0 ? { read: root } : file(place)],
  };
}

async function heldScopes(client: Client, prefix: string): Promise<Snapshot> {
  const held = await collect(client.listScopes(prefix, calls));
  return held.map(({ taskId, resource, mode }) => ({ taskId, resource, mode }));
}

const liveStates: TaskState[] = [TaskState.QUEUED, TaskState.LEASED, TaskState.RUNNING];

/** A name is like a resource that its bearer writes. */
async function bearersOf(client: Client, name: string): Promise<Snapshot> {
  const bearers = await collect(client.listTasks({ name, states: liveStates }, calls));
  return bearers.map(({ taskId }) => ({ taskId, resource: `name:${name}`, mode: ScopeMode.WRITE }));
}

async function startLoops(client: Client, run: string): Promise<Map<string, string>> {
  const names = numbers(loopsCount).map((place) => `${run}/loop ${place}`);
  const loops = names.map((name) => ({ type: "loop", name, payload: { left: generations - 1 }, idempotencyKey: name }));
  const ids = await createAll(client, loops);
  return new Map(ids.map((id, place) => [id, names[place] ?? ""]));
}

/** All at once. The last one that is left is canceled by its name. */
async function replaceAll(client: Client, run: string): Promise<string[]> {
  const names = numbers(replacedCount).map((place) => `${run}/replaced ${place}`);
  const creations = names.flatMap((name) =>
    numbers(replacements).map(async (place) => {
      const one = { type: "never", queue: "nowhere", name, onNameTaken: OnNameTaken.REPLACE };
      await client.createTask({ ...one, idempotencyKey: `${name}/${place}` }, calls);
    }),
  );
  await Promise.all(creations);
  for (const name of names) await client.cancelTask(named(name), {}, calls);
  return names;
}

export const sharing: readonly Scenario[] = [
  {
    name: "write scopes",
    about: `${editsCount} tasks that write or read ${filesCount} files`,
    async start({ operator: client }, run) {
      const edits = numbers(editsCount).map((place) => edit(run, place));
      const prefix = edit(run, 0).scopes[0];
      const ids = await createAll(client, edits);
      const snapshots: Snapshot[] = [];
      const root = typeof prefix === "object" ? prefix.read : "";
      await untilEnded(client, ids, async () => snapshots.push(await heldScopes(client, root)));
      return { expected: new Map(allEnd(SUCCEEDED, ids)), snapshots };
    },
  },
  {
    name: "names",
    about: `${loopsCount} names that are passed on, and ${replacedCount} that pass from task to task at once`,
    async start({ operator: client }, run) {
      const snapshots: Snapshot[] = [];
      const [loops, replaced] = await Promise.all([startLoops(client, run), replaceAll(client, run)]);
      const loopNames = [...loops.values()];
      const lookAt = async (name: string) => snapshots.push(await bearersOf(client, name));
      let place = 0;
      const look = () => lookAt(loopNames[place++ % loopNames.length] ?? "");
      // Each bearer ends as the next one is created, so the last is found by the name's list.
      for (let ids = [...loops.keys()]; ids.length > 0; ) {
        await untilEnded(client, ids, look);
        const bearers = await Promise.all(loopNames.map((name) => collect(client.listTasks({ name }, calls))));
        ids = bearers
          .flat()
          .filter(({ state }) => liveStates.includes(state))
          .map(({ taskId }) => taskId);
      }
      const idsOf = async (name: string) => (await collect(client.listTasks({ name }, calls))).map((one) => one.taskId);
      const ended = (await Promise.all(loopNames.map(idsOf))).flat();
      const canceled = (await Promise.all(replaced.map(idsOf))).flat();
      return {
        expected: new Map([...allEnd(SUCCEEDED, ended), ...allEnd(CANCELED, canceled)]),
        names: new Map([
          ...loopNames.map((name): [string, number] => [name, generations]),
          ...replaced.map((name): [string, number] => [name, replacements]),
        ]),
        snapshots,
      };
    },
  },
];

/** A scope that is refused because another task has it is one that the handler does without. */
async function alsoHolds(job: Job, resource: string): Promise<boolean> {
  try {
    await job.addScopes(resource);
    return true;
  } catch (error) {
    if (error instanceof AsyncGateError && error.reason === ErrorReason.SCOPE_HELD) return false;
    throw error;
  }
}

export const sharingHandlers: MakeHandlers = (witness) => ({
  operator: {
    edit: ({ ms, also: resource }: { ms: number; also: string }, job: Job) =>
      witness.holding(job, async (also) => {
        await sleep(ms);
        if (resource !== "" && (await alsoHolds(job, resource))) {
          also(resource);
          await sleep(ms);
        }
        return null;
      }),
    loop: ({ left }: { left: number }, job: Job) => {
      if (left === 0) return null;
      return job.handOn({ type: "loop", name: job.task.name, payload: { left: left - 1 } });
    },
  },
});
