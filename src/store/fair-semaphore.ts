/**
 * Places that are given in turn: whoever waits under a name takes turns with those who wait under other names, however
 * many wait beside him under his own, and no name has all places. So one that asks for everything leaves room for one
 * that asks for little.
 */
import { loopAwareTimeout } from "./loop-aware-timeout.ts";

export type FairSemaphore = {
  /** Resolves when there is a place; undefined, when too many wait already. Each place is to be given back. */
  acquire(name: string): Promise<void> | undefined;
  release(name: string): void;
  readonly waiting: number;
};

export type FairSemaphoreOptions = {
  readonly placesMax: number;
  /** In all; of one name, the same part as of the places. */
  readonly waitingMax: number;
  /** How long somebody waits before he is told that it was in vain, and by what. */
  readonly waitMaxMs: number;
  readonly inVain: () => Error;
};

/** A quarter is free for whoever comes next, unless there are too few to tell. */
const partOfOne = 0.75;

type Waiter = { readonly go: () => void };

export function createFairSemaphore({ placesMax, waitingMax, waitMaxMs, inVain }: FairSemaphoreOptions): FairSemaphore {
  const ofOne = { places: Math.ceil(placesMax * partOfOne), waiting: Math.ceil(waitingMax * partOfOne) };
  const taken = new Map<string, number>();
  /** Names in the order of their turns, each with those who wait under it, who has waited longest first. */
  const queues = new Map<string, Set<Waiter>>();
  let takenInAll = 0;
  let waitingInAll = 0;

  const isFree = (name: string) => takenInAll < placesMax && (taken.get(name) ?? 0) < ofOne.places;

  function occupy(name: string): void {
    takenInAll += 1;
    taken.set(name, (taken.get(name) ?? 0) + 1);
  }

  function leaveQueue(name: string, queue: Set<Waiter>, waiter: Waiter): void {
    queue.delete(waiter);
    waitingInAll -= 1;
    if (queue.size === 0) queues.delete(name);
  }

  function next(): void {
    for (const [name, queue] of queues) {
      const [waiter] = queue;
      if (waiter === undefined || !isFree(name)) continue;
      leaveQueue(name, queue, waiter);
      // To the end of the line, behind all others.
      if (queues.delete(name)) queues.set(name, queue);
      occupy(name);
      waiter.go();
      return;
    }
  }

  function wait(name: string, queue: Set<Waiter>): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = loopAwareTimeout(waitMaxMs, () => {
        leaveQueue(name, queue, waiter);
        reject(inVain());
      });
      const waiter: Waiter = {
        go() {
          stop();
          resolve();
        },
      };
      queue.add(waiter);
      waitingInAll += 1;
    });
  }

  return {
    get waiting() {
      return waitingInAll;
    },
    acquire(name) {
      const queue = queues.get(name);
      if (queue === undefined && isFree(name)) {
        occupy(name);
        return Promise.resolve();
      }
      if (waitingInAll >= waitingMax || (queue?.size ?? 0) >= ofOne.waiting) return undefined;
      const joined = queue ?? new Set();
      queues.set(name, joined);
      return wait(name, joined);
    },
    release(name) {
      takenInAll -= 1;
      const left = (taken.get(name) ?? 0) - 1;
      if (left > 0) taken.set(name, left);
      else taken.delete(name);
      next();
    },
  };
}
