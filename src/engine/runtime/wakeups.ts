// Hints: "something may be eligible", "this task has changed". A caller that waits looks again when it is hinted.
// Nothing depends on a hint arriving: the wait poller finds what hints have missed. A hint made here is sent to other
// servers too; one that came from another server is not sent on.
import { hash } from "node:crypto";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Decision } from "../../core/decision.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { isHeldTask, isWaiting } from "../../core/task-record.ts";

export type Wakeups = {
  /**
   * Says that something about a topic may have changed, here and to other servers. For a task, callers that wait here
   * are told what has changed, where this server knows it.
   */
  wake(topic: string, change?: TaskChange): void;
  /** The same among those who wait here. */
  wakeHere(topic: string): void;
  /** The same as `wakeHere`, in a while; for times so near that the wait poller might come too late. */
  wakeHereIn(topic: string, inMs: number): void;
  /** Wakes those who wait here for topics of these keys: what another server has told. */
  wakeKeys(keys: readonly string[]): void;
  /** Resolves at the next hint about any of the topics (true), when the time is over, or when the signal aborts. */
  wait(topics: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  /** The version that a waiting caller has seen: the wait poller wakes the caller when it sees another. */
  noteSeenVersion(topic: string, version: number): void;
  /**
   * One listener for many topics that come and go; a topic costs an entry, and no promise. A subscriber that finds
   * changes out by itself says "hints only": then the wait poller does not look for them.
   */
  subscribe(onTopic: (topic: string, change?: TaskChange) => void, by?: "wait_poller" | "hints only"): Subscription;
  /** Topics that the wait poller looks for, each with the oldest version that was seen since it was asked last. */
  takePolledTopics(): { readonly topic: string; readonly saw: number | undefined }[];
  /** Where hints go that others might wait for. */
  onLocalWake(tell: (topic: string) => void): void;
};

/** One step of a task, as it is on record now. */
export type TaskChange = Pick<Decision, "before" | "after"> & {
  /** Something was written beside the record: callers that show the task have to look. */
  readonly hasMore?: boolean;
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
  /** Tasks that only this principal may lease. */
  addressee: (tenantId: string, principal: string) => `addressee:${tenantId}:${principal}`,
  obligations: (tenantId: string, principal: string) => `obligations:${tenantId}:${principal}`,
  /** Hinted on its own server only: appends are many. */
  output: (tenantId: string, taskId: string) => `output:${tenantId}:${taskId}`,
  /** What a node is configured to, and whether it drains. */
  node: (tenantId: string, nodeId: string) => `node:${tenantId}:${nodeId}`,
} as const;

export type Topic = { readonly what: string; readonly tenantId: string; readonly name: string };

/** Only a topic's last part may hold a colon. */
export function partsOf(topic: string): Topic {
  const first = topic.indexOf(":");
  const second = topic.indexOf(":", first + 1);
  return { what: topic.slice(0, first), tenantId: topic.slice(first + 1, second), name: topic.slice(second + 1) };
}

/** 66 bits: two topics of one key only wake each other in vain. */
export const keyLength = 11;

/** What servers call a topic among each other: it does not say to which tenant the topic belongs. */
export function topicKey(topic: string): string {
  return hash("sha256", topic, "base64url").slice(0, keyLength);
}

/** Beyond this the wait poller has time to find out. */
export const nearMs = 5_000;
/** Times are rounded up to this: tasks that become eligible together wake once. */
const grainMs = 5;
const timersMax = 10_000;

type Listener = (topic: string, change?: TaskChange) => void;
type Polled = { listeners: number; saw: number | undefined };

export function createWakeups(): Wakeups {
  const registry = createRegistry();
  const { wakeHere } = registry;
  const wakeHereIn = createTimedWakes(registry);
  let tell: (topic: string) => void = () => {};
  return {
    wake(topic, change) {
      wakeHere(topic, change);
      tell(topic);
    },
    wakeHere: (topic) => wakeHere(topic),
    wakeHereIn,
    wakeKeys(keys) {
      for (const key of keys) {
        const topic = registry.topicOf(key);
        if (topic !== undefined) wakeHere(topic);
      }
    },
    wait: (given, timeoutMs, signal) => waitForHint(registry, given, timeoutMs, signal),
    noteSeenVersion: registry.noteSeenVersion,
    subscribe: (onTopic, by = "wait_poller") => subscribeTo(registry, onTopic, by === "wait_poller"),
    takePolledTopics: registry.takePolledTopics,
    onLocalWake(how) {
      tell = how;
    },
  };
}

type Registry = ReturnType<typeof createRegistry>;

/** Which listener listens to which topic, and which topics the wait poller polls. */
function createRegistry() {
  const listeners = new Map<string, Set<Listener>>();
  const byKey = new Map<string, string>();
  // Topics get their keys when another server hints: most tasks are gone by then, and a key is a hash.
  const withoutKey = new Set<string>();
  const polled = new Map<string, Polled>();
  return {
    has: (topic: string) => listeners.has(topic),
    topicOf(key: string): string | undefined {
      for (const topic of withoutKey) byKey.set(topicKey(topic), topic);
      withoutKey.clear();
      return byKey.get(key);
    },
    listen(topic: string, listener: Listener, isPolled: boolean): void {
      const set = listeners.get(topic) ?? new Set();
      if (set.size === 0) {
        listeners.set(topic, set);
        withoutKey.add(topic);
      }
      set.add(listener);
      if (!isPolled) return;
      const known = polled.get(topic);
      if (known) known.listeners += 1;
      else polled.set(topic, { listeners: 1, saw: undefined });
    },
    forget(topic: string, listener: Listener, isPolled: boolean): void {
      const set = listeners.get(topic);
      if (!set?.delete(listener)) return;
      if (set.size === 0) {
        listeners.delete(topic);
        if (!withoutKey.delete(topic)) byKey.delete(topicKey(topic));
      }
      const known = isPolled ? polled.get(topic) : undefined;
      if (!known) return;
      known.listeners -= 1;
      if (known.listeners === 0) polled.delete(topic);
    },
    wakeHere(topic: string, change?: TaskChange): void {
      // A listener that is woken may listen again at once; it is then too late for this hint.
      const all = listeners.get(topic);
      for (const listener of [...(all ?? [])]) if (all?.has(listener)) listener(topic, change);
    },
    noteSeenVersion(topic: string, version: number): void {
      const known = polled.get(topic);
      // Of several waiting callers, the one with the oldest version must not miss what came after it.
      if (known) known.saw = Math.min(known.saw ?? version, version);
    },
    takePolledTopics() {
      return [...polled].map(([topic, known]) => {
        const { saw } = known;
        known.saw = undefined;
        return { topic, saw };
      });
    },
  };
}

/** Wakes a topic later, with one timer for all tasks that become eligible together. */
function createTimedWakes({ has, wakeHere }: Registry): Wakeups["wakeHereIn"] {
  const timers = new Set<string>();
  return (topic, inMs) => {
    if (inMs > nearMs || timers.size >= timersMax || !has(topic)) return;
    const atMs = Math.ceil((performance.now() + inMs) / grainMs) * grainMs;
    const timer = `${atMs} ${topic}`;
    if (timers.has(timer)) return;
    timers.add(timer);
    const fire = () => {
      timers.delete(timer);
      wakeHere(topic);
    };
    // A timer may be a millisecond early.
    setTimeout(fire, atMs - performance.now() + 1).unref();
  };
}

function waitForHint(
  { listen, forget }: Registry,
  given: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const wanted = new Set(given);
    const end = (isHeard: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      for (const topic of wanted) forget(topic, hear, true);
      resolve(isHeard);
    };
    const hear = () => end(true);
    const abort = () => end(false);
    const timer = setTimeout(abort, timeoutMs);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    for (const topic of wanted) listen(topic, hear, true);
  });
}

function subscribeTo({ listen, forget }: Registry, onTopic: Listener, isPolled: boolean): Subscription {
  const wanted = new Set<string>();
  // A listener of its own, so that two subscriptions with one function stay two.
  const listener: Listener = (topic, change) => onTopic(topic, change);
  let closed = false;
  return {
    add(topic) {
      if (closed || wanted.has(topic)) return;
      wanted.add(topic);
      listen(topic, listener, isPolled);
    },
    remove(topic) {
      if (wanted.delete(topic)) forget(topic, listener, isPolled);
    },
    close() {
      closed = true;
      for (const topic of wanted) forget(topic, listener, isPolled);
      wanted.clear();
    },
  };
}

type Committing = { readonly now: Date; afterCommit(hint: () => void): void };

/**
 * Wakes every caller that may wait for what has changed, once it is committed. `changes` says "more" where something
 * was written beside the decisions, so that callers have to look.
 */
export function wakeAbout(
  wakeups: Wakeups,
  tx: Pick<Committing, "afterCommit">,
  tenantId: string,
  decisions: readonly Decision[],
  changes: "the record" | "more" = "more",
): void {
  tx.afterCommit(() => {
    const owing = new Set<string>();
    for (const decision of decisions) {
      const { before, after, opened, closed } = decision;
      wakeups.wake(topics.task(tenantId, after.taskId), { before, after, hasMore: changes === "more" });
      for (const { principal } of opened ?? []) owing.add(principal);
      for (const { principal } of closed ?? []) owing.add(principal);
      if (before && isHeldTask(before)) owing.add(before.worker);
      if (isHeldTask(after)) owing.add(after.worker);
    }
    for (const principal of owing) wakeups.wake(topics.obligations(tenantId, principal));
  });
}

/** Where a task waits: in a queue, for any worker or for its addressee. */
export type Where = Pick<Task, "queue" | "addressee">;

function topicOf(tenantId: string, { queue, addressee }: Where): string {
  return addressee ? topics.addressee(tenantId, formatPrincipal(addressee)) : topics.queue(tenantId, queue);
}

/** Tells claimers of what waits from now on, once it is committed: at once, or when its time has come. */
export function wakeClaimers(
  wakeups: Wakeups,
  tx: Committing,
  tenantId: string,
  decisions: readonly Decision[],
  whereOf: (taskId: string) => Where | undefined,
): void {
  const waits = decisions.flatMap(({ after }) => (isWaiting(after) ? [after] : []));
  if (waits.length === 0) return;
  tx.afterCommit(() => {
    const now = new Set<string>();
    for (const { taskId, eligibleTime } of waits) {
      const where = whereOf(taskId);
      if (where === undefined) continue;
      const topic = topicOf(tenantId, where);
      const inMs = eligibleTime.getTime() - tx.now.getTime();
      if (inMs <= 0) now.add(topic);
      else wakeups.wakeHereIn(topic, inMs);
    }
    for (const topic of now) wakeups.wake(topic);
  });
}
