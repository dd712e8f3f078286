// Queues that this server has found paused lately: no worker is reserved for their new tasks, which would have the
// transaction that creates them raise, look and run again. Only a hint: each transaction finds out by itself.
import { setBounded } from "../../core/bounded-map.ts";
import { compoundKey } from "../../core/compound-key.ts";

export type KnownPauses = {
  note(tenantId: string, queues: readonly string[]): void;
  has(tenantId: string, queue: string): boolean;
  forget(tenantId: string, queue: string): void;
};

/** When a queue was resumed on another server, its new tasks go to claims for so long. */
const knownMs = 5_000;
const knownMax = 10_000;

export function createKnownPauses(): KnownPauses {
  const untilMs = new Map<string, number>();
  return {
    note(tenantId, queues) {
      const until = performance.now() + knownMs;
      for (const queue of queues) setBounded(untilMs, compoundKey(tenantId, queue), until, knownMax);
    },
    has: (tenantId, queue) => untilMs.size > 0 && (untilMs.get(compoundKey(tenantId, queue)) ?? 0) > performance.now(),
    forget: (tenantId, queue) => void untilMs.delete(compoundKey(tenantId, queue)),
  };
}
