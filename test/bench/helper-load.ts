// A process that puts load on our server: it creates tasks or works them off, as it is told.
import { type BenchClient, openBenchClient } from "../../src/cli/bench-client.ts";
import { type CreateLoad, claim, complete, createTasks, monotonicMs, pullTasks } from "../../src/cli/bench-load.ts";
import { takeOrders } from "./bench-processes.ts";

type Target = { readonly url: string; readonly key: string; readonly connections?: number };
export type Span = { readonly fromMs: number; readonly untilMs: number };

let opened: BenchClient | undefined;

function client(): BenchClient {
  if (!opened) throw new Error("nobody has told where the server is");
  return opened;
}

async function spanOf(work: () => Promise<void>): Promise<Span> {
  const fromMs = monotonicMs();
  await work();
  return { fromMs, untilMs: monotonicMs() };
}

type Settle = { readonly queue: string; readonly tasks: number; readonly batch: number; readonly workers: number };

const orders = {
  connect: async ({ url, key, connections }: Target): Promise<void> => {
    opened?.close();
    opened = openBenchClient(url, key, connections);
  },
  create: (load: CreateLoad): Promise<Span> => spanOf(() => createTasks(client(), load)),
  pull: (load: Settle): Promise<Span> => spanOf(() => pullTasks(client(), load)),
  /** Claims alone, then completions alone: what each step costs by itself. */
  claimThenComplete: async ({ queue, tasks, batch, workers }: Settle): Promise<{ claims: Span; completes: Span }> => {
    const held: string[][] = [];
    let claimed = 0;
    const claims = await spanOf(() =>
      together(workers, async () => {
        while (claimed < tasks) {
          const tokens = await claim(client(), queue, batch);
          if (tokens.length === 0) return;
          claimed += tokens.length;
          held.push(tokens);
        }
      }),
    );
    const completes = await spanOf(() =>
      together(workers, async () => {
        for (let tokens = held.pop(); tokens; tokens = held.pop()) await complete(client(), tokens);
      }),
    );
    if (claimed !== tasks) throw new Error(`${claimed} of ${tasks} tasks could be claimed`);
    return { claims, completes };
  },
};

async function together(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}

export type LoadOrders = typeof orders;

takeOrders(orders);
