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
  const held = createHeldSlots();
  const queue = createTurnQueue();
  let { slots } = options;

  const isFree = (name: string) => held.count() < slots && held.countOf(name) < Math.ceil(slots * shareMax);
  const mustWait = (name: string) => queue.sizeOf(name) > 0 || !isFree(name);

  function grantNext(): boolean {
    const next = queue.takeNext(isFree);
    if (next === undefined) return false;
    held.add(next.name);
    next.waiter.grant();
    return true;
  }

  function wait(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopTimeout = loopAwareTimeout(waitMaxMs, () => {
        queue.remove(name, waiter);
        reject(onTimeout());
      });
      const waiter: Waiter = {
        grant() {
          stopTimeout();
          resolve();
        },
      };
      queue.add(name, waiter);
    });
  }

  function acquireAgain(name: string): Promise<void> {
    if (mustWait(name)) return wait(name);
    held.add(name);
    return Promise.resolve();
  }

  return {
    get waiting() {
      return queue.size();
    },
    mustWait,
    acquireAgain,
    acquire(name) {
      const isQueueFull = queue.size() >= waitingMax || queue.sizeOf(name) >= waitingOfNameMax;
      return mustWait(name) && isQueueFull ? undefined : acquireAgain(name);
    },
    release(name) {
      held.remove(name);
      grantNext();
    },
    resize(count) {
      slots = count;
      while (grantNext());
    },
  };
}

function createHeldSlots() {
  const byName = new Map<string, number>();
  let count = 0;
  return {
    count: () => count,
    countOf: (name: string) => byName.get(name) ?? 0,
    add(name: string): void {
      count += 1;
      byName.set(name, (byName.get(name) ?? 0) + 1);
    },
    remove(name: string): void {
      count -= 1;
      const left = (byName.get(name) ?? 0) - 1;
      if (left > 0) byName.set(name, left);
      else byName.delete(name);
    },
  };
}

/** Waiters by name. Names take turns; within a name, the first to arrive is the first to leave. */
function createTurnQueue() {
  /** The names in the order of their turns. */
  const byName = new Map<string, Set<Waiter>>();
  let size = 0;

  function remove(name: string, waiter: Waiter): void {
    const waiters = byName.get(name);
    if (!waiters?.delete(waiter)) return;
    size -= 1;
    if (waiters.size === 0) byName.delete(name);
  }

  return {
    size: () => size,
    sizeOf: (name: string) => byName.get(name)?.size ?? 0,
    add(name: string, waiter: Waiter): void {
      const waiters = byName.get(name) ?? new Set();
      byName.set(name, waiters.add(waiter));
      size += 1;
    },
    remove,
    /** The next waiter of the first name that may have a slot; the name goes to the end of the line. */
    takeNext(mayHave: (name: string) => boolean): { readonly name: string; readonly waiter: Waiter } | undefined {
      for (const [name, waiters] of byName) {
        const [waiter] = waiters;
        if (waiter === undefined || !mayHave(name)) continue;
        remove(name, waiter);
        if (byName.delete(name)) byName.set(name, waiters);
        return { name, waiter };
      }
      return undefined;
    },
  };
}
