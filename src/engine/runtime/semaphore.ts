// Lets a fixed number of calls run at once while the others wait their turn: when all workers of a server that failed
// come here together, they are served in turn, and leave the pool's other connections to workers that settle.
import { overloaded, Refused } from "../../core/refusal.ts";

export type Semaphore = <Answer>(work: () => Promise<Answer>) => Promise<Answer>;

const overloadedRetryMs = 1_000;

export function createSemaphore(runningMax: number, waitingMax: number): Semaphore {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= runningMax) {
      if (waiting.length >= waitingMax) {
        const limit = { limit: "waiting_items_max", bound: waitingMax, value: waiting.length + 1 };
        throw new Refused(overloaded(limit, overloadedRetryMs));
      }
      // A call that ends hands its place to the next waiter: no call that comes in between can take it.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
