// Hints inside one server: "something may be eligible", "this task has changed". Whoever waits looks again; nothing
// depends on a hint arriving.

import type { Decision } from "../core/decision.ts";
import { isHeldTask } from "../core/living.ts";
export type Wakeups = {
  /** Says that something about a topic may have changed. */
  wake(topic: string): void;
  /** Resolves at the next hint about any of the topics, when the time is over, or when the signal aborts. */
  wait(topics: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<void>;
};

export const topics = {
  queue: (tenantId: string, queue: string) => `queue:${tenantId}:${queue}`,
  task: (tenantId: string, taskId: string) => `task:${tenantId}:${taskId}`,
  obligations: (tenantId: string, principal: string) => `obligations:${tenantId}:${principal}`,
} as const;

export function createWakeups(): Wakeups {
  const waiting = new Map<string, Set<() => void>>();
  const forget = (topic: string, wake: () => void) => {
    const set = waiting.get(topic);
    set?.delete(wake);
    if (set?.size === 0) waiting.delete(topic);
  };
  return {
    wake(topic) {
      for (const wake of [...(waiting.get(topic) ?? [])]) wake();
    },
    wait(wanted, timeoutMs, signal) {
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          for (const topic of wanted) forget(topic, done);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        if (signal.aborted) return done();
        signal.addEventListener("abort", done, { once: true });
        for (const topic of wanted) {
          const set = waiting.get(topic) ?? new Set();
          set.add(done);
          waiting.set(topic, set);
        }
      });
    },
  };
}

/** Tells everybody who may wait for what has changed, once it is committed. */
export function wakeAbout(
  wakeups: Wakeups,
  tx: { afterCommit(hint: () => void): void },
  tenantId: string,
  decisions: readonly Decision[],
): void {
  tx.afterCommit(() => {
    for (const { before, after, opened, closed } of decisions) {
      wakeups.wake(topics.task(tenantId, after.taskId));
      for (const obligation of [opened, closed]) {
        if (obligation) wakeups.wake(topics.obligations(tenantId, obligation.principal));
      }
      for (const living of [before, after]) {
        if (living && isHeldTask(living)) wakeups.wake(topics.obligations(tenantId, living.worker));
      }
    }
  });
}
