// Hints inside one server: "something may be eligible", "this task has changed". Whoever waits looks again; nothing
// depends on a hint arriving.

import type { Decision } from "../core/decision.ts";
import { isHeldTask } from "../core/living.ts";

export type Wakeups = {
  /** Says that something about a topic may have changed. */
  wake(topic: string): void;
  /** Resolves at the next hint about any of the topics, when the time is over, or when the signal aborts. */
  wait(topics: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** One listener for many topics that come and go; a topic costs an entry, and no promise. */
  subscribe(onTopic: (topic: string) => void): Subscription;
};

export type Subscription = {
  /** From now on hints about the topic are heard. Adding it again changes nothing. */
  add(topic: string): void;
  remove(topic: string): void;
  /** Hears nothing any more, not even what is being told at this moment. */
  close(): void;
};

export const topics = {
  queue: (tenantId: string, queue: string) => `queue:${tenantId}:${queue}`,
  task: (tenantId: string, taskId: string) => `task:${tenantId}:${taskId}`,
  obligations: (tenantId: string, principal: string) => `obligations:${tenantId}:${principal}`,
} as const;

export function createWakeups(): Wakeups {
  const listeners = new Map<string, Set<(topic: string) => void>>();
  const listen = (topic: string, listener: (topic: string) => void) => {
    const set = listeners.get(topic) ?? new Set();
    listeners.set(topic, set.add(listener));
  };
  const forget = (topic: string, listener: (topic: string) => void) => {
    const set = listeners.get(topic);
    set?.delete(listener);
    if (set?.size === 0) listeners.delete(topic);
  };
  return {
    wake(topic) {
      // Who is woken may listen anew at once: those come too late for this hint.
      const all = listeners.get(topic);
      for (const listener of [...(all ?? [])]) if (all?.has(listener)) listener(topic);
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
        for (const topic of wanted) listen(topic, done);
      });
    },
    subscribe(onTopic) {
      const wanted = new Set<string>();
      // A listener of its own, so that two subscriptions with one function stay two.
      const listener = (topic: string) => onTopic(topic);
      let closed = false;
      return {
        add(topic) {
          if (closed || wanted.has(topic)) return;
          wanted.add(topic);
          listen(topic, listener);
        },
        remove(topic) {
          if (wanted.delete(topic)) forget(topic, listener);
        },
        close() {
          closed = true;
          for (const topic of wanted) forget(topic, listener);
          wanted.clear();
        },
      };
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
