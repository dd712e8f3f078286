// A semaphore whose slots are granted round robin by name, so a tenant with many callers does not delay the one caller
// of another tenant. No name holds all the slots, so a newcomer finds a free one.
import { loopAwareTimeout } from "./loop-aware-timeout.ts";

export type FairSemaphore = {
  /** Resolves when a slot is free; each slot must be released. Undefined when too many callers wait already. */
  acquire(name: string): Promise<void> | undefined;
  /** The same for a caller that has waited before: it joins however long the queue is. */
  acquireAgain(name: string): Promise<void>;
  release(name: string): void;
  /** Changes the number of slots. Slots that are held above it stay valid until they are released. */
  resize(slots: number): void;
  readonly waiting: number;
  /** Whether no slot is free for a caller of this name. */
  mustWait(name: string): boolean;
};

export type FairSemaphoreOptions = {
  readonly slots: number;
  /** The most callers that wait, over all names. One name may have three quarters of it. */
  readonly waitingMax: number;
  readonly waitMaxMs: number;
  /** The error for a caller that waited longer. */
  readonly onTimeout: () => Error;
};

/** One name leaves a quarter of the slots, rounded down, to others. */
const shareMax = 0.75;

type Waiter = { readonly grant: () => void };

export function createFairSemaphore(options: FairSemaphoreOptions): FairSemaphore {
  const { waitingMax, waitMaxMs, onTimeout } = options;
  const waitingOfNameMax = Math.ceil(waitingMax * shareMax);
  const heldByName = new Map<string, number>();
  /** Names in the order of their turns, each with its waiters in the order of their arrival. */
  const queues = new Map<string, Set<Waiter>>();
  let { slots } = options;
  let held = 0;
  let waiting = 0;

  const isFree = (name: string) => held < slots && (heldByName.get(name) ?? 0) < Math.ceil(slots * shareMax);

  const mustWait = (name: string) => queues.has(name) || !isFree(name);

  function hold(name: string): void {
    held += 1;
    heldByName.set(name, (heldByName.get(name) ?? 0) + 1);
  }

  function leaveQueue(name: string, queue: Set<Waiter>, waiter: Waiter): void {
    queue.delete(waiter);
    waiting -= 1;
    if (queue.size === 0) queues.delete(name);
  }

  function grantNext(): boolean {
    for (const [name, queue] of queues) {
      const [waiter] = queue;
      if (waiter === undefined || !isFree(name)) continue;
      leaveQueue(name, queue, waiter);
      // The name goes to the end of the line.
      if (queues.delete(name)) queues.set(name, queue);
      hold(name);
      waiter.grant();
      return true;
    }
    return false;
  }

  function wait(name: string, queue: Set<Waiter>): Promise<void> {
    queues.set(name, queue);
    return new Promise((resolve, reject) => {
      const stopTimeout = loopAwareTimeout(waitMaxMs, () => {
        leaveQueue(name, queue, waiter);
        reject(onTimeout());
      });
      const waiter: Waiter = {
        grant() {
          stopTimeout();
          resolve();
        },
      };
      queue.add(waiter);
      waiting += 1;
    });
  }

  function acquire(name: string, waitingBound: number, ofNameBound: number): Promise<void> | undefined {
    const queue = queues.get(name);
    if (!mustWait(name)) {
      hold(name);
      return Promise.resolve();
    }
    if (waiting >= waitingBound || (queue?.size ?? 0) >= ofNameBound) return undefined;
    return wait(name, queue ?? new Set());
  }

  return {
    get waiting() {
      return waiting;
    },
    mustWait,
    acquire: (name) => acquire(name, waitingMax, waitingOfNameMax),
    acquireAgain: async (name) => await acquire(name, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
    release(name) {
      held -= 1;
      const left = (heldByName.get(name) ?? 0) - 1;
      if (left > 0) heldByName.set(name, left);
      else heldByName.delete(name);
      grantNext();
    },
    resize(count) {
      slots = count;
      while (grantNext());
    },
  };
}
