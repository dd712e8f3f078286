// The dispatcher assigns ready tasks to waiting workers, with one query per worker group. Workers that can do the same
// work form a group; one claim at a time goes to the database for all of them and asks for as many tasks as they have
// credits for, so that what no member could take is left to other servers. A fetch that finds as much as it asked for
// is followed by the next one at once; otherwise the group waits for a hint, or for the wait poller to find something.
import type { Lane } from "../../core/lane.ts";
import { classifyDriverError } from "../../store/driver-errors.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import type { Subscription } from "../runtime/wakeups.ts";
import { ConcurrentDuplicate } from "../tx/repeated-call.ts";
import type { TenantEngines } from "../tx/tenant-engines.ts";
import type { GrantedTask } from "../views/granted-task.ts";
import {
  type Claim,
  type Claimed,
  claimForAll,
  claimTopics,
  fullness,
  grantsMax,
  kindKey,
  kindOf,
  type WorkKind,
} from "./claim-tasks.ts";

export type SubscriptionInit = Omit<Claim, "tasks"> & {
  readonly kind: WorkKind;
  /** Called after each commit that granted something, or found that nothing may be granted; must not throw. */
  readonly granted: (claimed: Claimed) => void;
  /** The database cannot be asked. The group looks again by itself; without this the seat just waits. */
  readonly failed?: ((error: unknown) => void) | undefined;
  /** A commit was lost: something may have been granted that nobody is told of. Must not throw. */
  readonly onUnknownOutcome?: (() => void) | undefined;
};

export type WorkSubscription = {
  /** So many tasks more may come. */
  credit(tasks: number): void;
  /** Nothing more comes until it goes on, but for what is being granted in this moment. */
  pause(): void;
  resume(): void;
  /** Resolves when `granted` has been called for all that is being granted in this moment. */
  settled(): Promise<void>;
  /** No new look asks for this seat. Resolves when none is under way any more that did: `granted` has been called. */
  leave(): Promise<void>;
};

/** What a task that is being made asks of who may do it. */
export type NewTask = Omit<Lane, "laneId">;

/** Seats held for tasks that are being made. */
export type Reservation = {
  /** In the order of the tasks: who is to have each, if anybody waits for it. */
  readonly claims: readonly (Claim | undefined)[];
  /**
   * What each was granted, after the commit; nothing at all when it failed, perhaps while committing. Credits that
   * bought nothing go back to their seats.
   */
  settle(leased: readonly (GrantedTask | undefined)[]): void;
};

export type Reserve = (tenantId: string, tasks: readonly NewTask[]) => Reservation;

export type Dispatcher = {
  /** Sits down without credits. Whose session is past, or whose call was said before, loses the seat by itself. */
  join(init: SubscriptionInit): WorkSubscription;
  /**
   * Holds seats at tables that rest: nothing that waits comes before these tasks, and the next look would give them to
   * those who sit there. So they may be granted in the transaction that makes them.
   */
  reserve: Reserve;
};

/** How soon a group looks again when the database could not be asked. */
const fetchLaterMs = 1_000;
/** Looks of different kinds and tenants at once: the rest of the pool is for those who settle. */
const fetchesMax = 4;
/** The most credits of a seat that count. */
const creditsMax = 10_000;

type Member = {
  readonly init: SubscriptionInit;
  readonly group: WorkerGroup;
  credits: number;
  isPaused: boolean;
  hasLeft: boolean;
  /** Looks and reservations that may still grant something to this seat. */
  readonly underWay: Set<Promise<void>>;
};

type WorkerGroup = {
  readonly key: string;
  readonly tenantId: string;
  readonly kind: WorkKind;
  readonly members: Set<Member>;
  /** Those with credits, in the order in which they were served: who has waited longest comes first. */
  readonly waiting: Set<Member>;
  /** Something may be there that no look has seen. */
  mayHave: boolean;
  isFetching: boolean;
  /** It will look again by itself. */
  willFetch: boolean;
  readonly hints: Subscription;
};

export function createDispatcher(engine: Engine, engineOf: TenantEngines): Dispatcher {
  const groups = new Map<string, WorkerGroup>();
  /** Tables that want to look, in the order in which they came. */
  const queue = new Set<WorkerGroup>();
  let fetches = 0;

  function pump(group: WorkerGroup): void {
    if (group.mayHave && group.waiting.size > 0 && !group.isFetching) queue.add(group);
    for (const next of queue) {
      if (fetches >= fetchesMax) return;
      queue.delete(next);
      if (next.waiting.size > 0) void fetch(next);
    }
  }

  async function fetch(group: WorkerGroup): Promise<void> {
    group.isFetching = true;
    group.mayHave = false;
    fetches += 1;
    const requests = shareCredits(group);
    const end = begin(requests.map(({ member }) => member));
    try {
      const claims = requests.map(({ member: { init }, tasks }) => ({ ...init, tasks }));
      const claimed = await claimForAll(engineOf(group.tenantId), group.tenantId, group.kind, claims);
      if (serve(group, requests, claimed)) group.mayHave = true;
    } catch (error) {
      // A twin of a call was faster in this very moment; the next look finds what it did.
      if (error instanceof ConcurrentDuplicate) group.mayHave = true;
      else {
        fail(requests, error);
        fetchLater(group);
      }
    }
    fetches -= 1;
    group.isFetching = false;
    end();
    pump(group);
  }

  /** Hands out what was granted. True when there was as much as was asked for: there may be more. */
  function serve(group: WorkerGroup, requests: readonly Request[], claimed: readonly Claimed[]): boolean {
    let isFull = true;
    for (const [place, { member, tasks }] of requests.entries()) {
      const one = claimed[place] ?? { leased: [] };
      const { leased } = one;
      const isOver = one.past !== undefined || one.said !== undefined || (!member.init.session && isFullFor(one));
      // Leases end without a hint to those who may then have others.
      if (one.admitted?.refusal) fetchLater(group);
      if (isOver) remove(group, member);
      else if (leased.length < tasks && !one.isCut) isFull = false;
      member.credits -= leased.length;
      // To the end of the line, but for those who got nothing.
      if (leased.length > 0) group.waiting.delete(member);
      updateWaiting(group, member);
      if (leased.length > 0 || isOver) member.init.granted(one);
    }
    return isFull;
  }

  /** The group looks again by itself: a crowd is nothing to be told of. */
  function fail(requests: readonly Request[], error: unknown): void {
    const fault = classifyDriverError(error);
    const { kind } = fault;
    engine.database.log("dispatch_failed", { kind, error: String(error) });
    if (kind === "unavailable" && fault.outcomeUnknown)
      for (const { member } of requests) member.init.onUnknownOutcome?.();
    if (kind === "overloaded" || kind === "conflict") return;
    for (const { member } of requests) member.init.failed?.(error);
  }

  /** What was asked for in vain may still be there, and no hint tells of it again. */
  function fetchLater(group: WorkerGroup): void {
    if (group.willFetch) return;
    group.willFetch = true;
    const look = () => {
      group.willFetch = false;
      hintGroup(group);
    };
    setTimeout(look, fetchLaterMs * (0.5 + engine.random() / 2)).unref();
  }

  function hintGroup(group: WorkerGroup): void {
    group.mayHave = true;
    pump(group);
  }

  /** What waits here has been looked for, and there was less than those who sit here want. */
  function idleGroups(tenantId: string): WorkerGroup[] {
    const ofTenant = [...groups.values()].filter((group) => group.tenantId === tenantId);
    return ofTenant.filter(({ mayHave, isFetching, waiting }) => !mayHave && !isFetching && waiting.size > 0);
  }

  function groupFor(caller: Caller, asked: WorkKind): WorkerGroup {
    const kind = kindOf(asked);
    const key = kindKey(caller.tenantId, kind);
    const known = groups.get(key);
    if (known) return known;
    const group: WorkerGroup = {
      ...{ key, tenantId: caller.tenantId, kind, mayHave: true, isFetching: false, willFetch: false },
      ...{ members: new Set<Member>(), waiting: new Set<Member>() },
      hints: engine.wakeups.subscribe(() => hintGroup(group)),
    };
    // Heard from before the first look until the last seat is left, so that no hint falls between two looks.
    for (const topic of claimTopics(caller, kind)) group.hints.add(topic);
    groups.set(key, group);
    return group;
  }

  function remove(group: WorkerGroup, member: Member): void {
    member.hasLeft = true;
    group.waiting.delete(member);
    group.members.delete(member);
    if (group.members.size > 0 || groups.get(group.key) !== group) return;
    groups.delete(group.key);
    queue.delete(group);
    group.hints.close();
  }

  return {
    join(init) {
      const group = groupFor(init.caller, init.kind);
      const member: Member = { init, group, credits: 0, isPaused: false, hasLeft: false, underWay: new Set() };
      group.members.add(member);
      return {
        credit(tasks) {
          member.credits = Math.min(member.credits + tasks, creditsMax);
          updateWaiting(group, member);
          pump(group);
        },
        pause() {
          member.isPaused = true;
          group.waiting.delete(member);
        },
        resume() {
          member.isPaused = false;
          updateWaiting(group, member);
          pump(group);
        },
        settled: async () => void (await Promise.all(member.underWay)),
        async leave() {
          remove(group, member);
          await Promise.all(member.underWay);
        },
      };
    },
    reserve(tenantId, tasks) {
      const taken = reserveMembers(idleGroups(tenantId), tasks);
      const end = begin(taken.filter((member) => member !== undefined));
      return {
        claims: taken.map((member) => member && { ...member.init, tasks: 1 }),
        settle(leased) {
          giveOut(taken, leased);
          end();
        },
      };
    },
  };
}

/** A call that waits is told so; a session waits until there is room. */
function isFullFor(claimed: Claimed): boolean {
  return fullness(claimed) !== undefined;
}

/** Marks that something may be granted to these seats, until the answer is called. */
function begin(seats: readonly Member[]): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const { underWay } of seats) underWay.add(promise);
  return () => {
    for (const { underWay } of seats) underWay.delete(promise);
    resolve();
  };
}

function canDo({ kind }: WorkerGroup, { queue, type, capabilities }: NewTask): boolean {
  return (
    kind.queues.includes(queue) &&
    (kind.acceptTypes.length === 0 || kind.acceptTypes.includes(type)) &&
    capabilities.every((one) => kind.capabilities.includes(one))
  );
}

/** The most urgent first, each to who has waited longest at the first group where somebody can do it. */
function reserveMembers(tables: readonly WorkerGroup[], tasks: readonly NewTask[]): (Member | undefined)[] {
  const taken: (Member | undefined)[] = tasks.map(() => undefined);
  if (tables.length === 0) return taken;
  const places = [...tasks.keys()].sort((one, other) => (tasks[other]?.priority ?? 0) - (tasks[one]?.priority ?? 0));
  for (const place of places) {
    const task = tasks[place];
    const member = task && memberFor(tables, task);
    if (!member) continue;
    const { group } = member;
    member.credits -= 1;
    group.waiting.delete(member);
    updateWaiting(group, member);
    taken[place] = member;
  }
  return taken;
}

/** A call that may be said again is remembered with what it was granted, which is the business of a look. */
function memberFor(tables: readonly WorkerGroup[], task: NewTask): Member | undefined {
  for (const group of tables) {
    if (group.waiting.size === 0 || !canDo(group, task)) continue;
    for (const member of group.waiting) if (!member.init.call) return member;
  }
  return undefined;
}

function giveOut(taken: readonly (Member | undefined)[], leased: readonly (GrantedTask | undefined)[]): void {
  const hands = new Map<Member, GrantedTask[]>();
  for (const [place, member] of taken.entries()) {
    if (!member) continue;
    const hand = hands.get(member) ?? [];
    hands.set(member, hand);
    const one = leased[place];
    if (one) hand.push(one);
    else member.credits += 1;
  }
  for (const [member, hand] of hands) {
    if (leased.length === 0) member.init.onUnknownOutcome?.();
    updateWaiting(member.group, member);
    if (hand.length > 0) member.init.granted({ leased: hand });
  }
}

function updateWaiting({ waiting }: WorkerGroup, member: Member): void {
  if (member.credits > 0 && !member.isPaused && !member.hasLeft) waiting.add(member);
  else waiting.delete(member);
}

type Request = { readonly member: Member; readonly tasks: number };

/** Who has waited longest first; each asks for its credits, or its part of what one transaction may grant. */
function shareCredits({ waiting }: WorkerGroup): Request[] {
  const requests: Request[] = [];
  let left = grantsMax;
  let others = Math.min(waiting.size, grantsMax);
  for (const member of waiting) {
    if (left === 0) break;
    const tasks = Math.min(member.credits, Math.ceil(left / others));
    requests.push({ member, tasks });
    left -= tasks;
    others -= 1;
  }
  return requests;
}
