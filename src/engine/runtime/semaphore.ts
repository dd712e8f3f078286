// Lets so many go at once and the others wait their turn: when all workers of a server that fell come here together,
// they are served in a row, and leave the pool's other connections to those who settle.
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
      // Whoever ends hands his place on: nobody who comes in between can take it.
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
