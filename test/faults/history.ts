// What is left of a scenario after healing, for the checks: its tasks and their receipts, the signals that they took,
// and what workers and observers saw meanwhile. Plain data, so that a test can doctor it.
import { type Client, contentOf, type Job, ScopeMode, type Task } from "../../clients/typescript/src/index.ts";
import type { Receipt } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { awaitAll, each } from "./await-all.ts";
import { calls, collect, healMs, type Outcome } from "./scenario.ts";

export type TaskHistory = {
  readonly task: Task;
  /** In the order of the chain. */
  readonly receipts: readonly Receipt[];
  /** How often a worker was told that it completed it. */
  readonly completions: number;
  /** The signals that it took, as its last holder saw them. */
  readonly signals: readonly string[];
};

/** That a task held a resource. */
export type Held = { readonly taskId: string; readonly resource: string; readonly mode: ScopeMode };

/** What a single answer of the server listed as held. A name is a resource that its bearer writes. */
export type Snapshot = readonly Held[];

/** What a handler saw: it held a resource from here to there. */
export type Hold = Held & { readonly fromMs: number; readonly toMs: number };

export type History = {
  readonly outcome: Outcome;
  readonly tasks: readonly TaskHistory[];
  readonly holds: readonly Hold[];
};

export type Witness = {
  /** Notes what the handler holds while it works. `also` adds to it. */
  holding<Value>(job: Job, work: (also: (resource: string) => void) => Promise<Value>): Promise<Value>;
  completed(taskId: string): void;
  completionsOf(taskId: string): number;
  /** What was noted since the last call. */
  takeHolds(): Hold[];
};

export function createWitness(): Witness {
  const completions = new Map<string, number>();
  let holds: Hold[] = [];
  return {
    async holding(job, work) {
      const held = job.task.scopes.map(({ resource, mode }) => ({ resource, mode, fromMs: Date.now() }));
      const also = (resource: string) => held.push({ resource, mode: ScopeMode.WRITE, fromMs: Date.now() });
      try {
        return await work(also);
      } finally {
        // A handler may outlive its lease, which is sure to last only as long as it was granted for. Database, server
        // and handlers have one clock.
        const toMs = Math.min(Date.now(), Number(job.task.holder?.expireTime?.seconds ?? 0n) * 1_000);
        holds.push(...held.map((one) => ({ ...one, taskId: job.taskId, toMs })));
      }
    },
    completed: (taskId) => void completions.set(taskId, (completions.get(taskId) ?? 0) + 1),
    completionsOf: (taskId) => completions.get(taskId) ?? 0,
    takeHolds() {
      const taken = holds;
      holds = [];
      return taken;
    },
  };
}

/** Waits until all tasks have ended, or until patience is over. */
export async function readHistory(client: Client, outcome: Outcome, witness: Witness): Promise<History> {
  const ended = await awaitAll(client, [...outcome.expected.keys()], healMs);
  const tasks = await each(ended, async (task): Promise<TaskHistory> => {
    const { taskId } = task;
    return {
      task,
      receipts: await collect(client.receipts({ taskId }, calls)),
      completions: witness.completionsOf(taskId),
      signals: signalsOf(task),
    };
  });
  return { outcome, tasks, holds: witness.takeHolds() };
}

/** Handlers return the ids of the signals that they were met by. */
function signalsOf({ outcome }: Task): string[] {
  const result = contentOf(outcome?.result);
  return (result as { readonly signals?: string[] } | null | undefined)?.signals ?? [];
}
