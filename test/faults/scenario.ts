// What a scenario is: it makes tasks, does what people and other programs do meanwhile, and tells what must come of it.
// The kit repeats its calls until the server is back, under the same ids.
import {
  AsyncGateError,
  type Client,
  type Handler,
  type NewTask,
  PrincipalKind,
  type TaskState,
} from "../../clients/typescript/src/index.ts";
import { awaitAll } from "./await-all.ts";
import type { Snapshot, Witness } from "./history.ts";

/** The clients of those that take part, each with a key of the tenant `dev`. */
export type Party = {
  readonly operator: Client;
  readonly answerer: Client;
};

/** The principals of these keys, and of the second worker. */
export const operator = { kind: PrincipalKind.HUMAN, id: "dev-operator" };
export const answerer = { kind: PrincipalKind.AGENT, id: "dev-agent" };
export const second = { kind: PrincipalKind.WORKER, id: "dev-worker" };

export type Expected = ReadonlyMap<string, readonly TaskState[]>;

export type Outcome = {
  /** The states in which each task may end. */
  readonly expected: Expected;
  /** The signals that one wait each must have taken. */
  readonly signals?: readonly string[];
  /** The broadcasts, and how many waits each must have met. */
  readonly broadcasts?: ReadonlyMap<string, number>;
  /** How many tasks have borne each name. */
  readonly names?: ReadonlyMap<string, number>;
  /** How many children a task has. */
  readonly children?: ReadonlyMap<string, number>;
  /** How often a task was handed off. */
  readonly handOffs?: ReadonlyMap<string, number>;
  /** What was held at once, by names or by write scopes. */
  readonly snapshots?: readonly Snapshot[];
};

export type Handlers = Readonly<Record<string, Handler>>;

export type Scenario = {
  readonly name: string;
  /** What it is for, in a few words. */
  readonly about: string;
  start(party: Party, run: string): Promise<Outcome>;
};

/** The handlers of both workers. */
export type MakeHandlers = (witness: Witness) => { readonly operator?: Handlers; readonly second?: Handlers };

/** Longer than any healing. */
export const healMs = 120_000;
export const calls = { timeoutMs: healMs };

const batchMax = 500;

export async function createAll(client: Client, tasks: readonly NewTask[]): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < tasks.length; from += batchMax) {
    for (const made of await client.createTasks(tasks.slice(from, from + batchMax), calls)) {
      if (made instanceof AsyncGateError) throw made;
      ids.push(made.taskId);
    }
  }
  return ids;
}

export function allEnd(state: TaskState, ids: readonly string[]): [string, readonly TaskState[]][] {
  return ids.map((id) => [id, [state]]);
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place);
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

const lookEveryMs = 40;

/** Does something again and again until these tasks have ended. */
export async function untilEnded(client: Client, ids: readonly string[], look: () => Promise<unknown>): Promise<void> {
  let hasEnded = false;
  const ending = awaitAll(client, ids, healMs).finally(() => {
    hasEnded = true;
  });
  ending.catch(() => undefined);
  while (!hasEnded) {
    await look();
    await sleep(lookEveryMs);
  }
  await ending;
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
