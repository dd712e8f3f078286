// Waiting workers, in groups of one kind: who has credits, and who is next.
import { compoundKey } from "../../core/compound-key.ts";
import type { Lane } from "../../core/lane.ts";
import { canDo, type WorkKind, workKind, workKindKey } from "../../core/work-kind.ts";
import { type Subscription, topics, type Wakeups } from "../runtime/wakeups.ts";
import type { GrantedTask } from "../views/granted-task.ts";
import type { Claim, ClaimResult } from "./claim.ts";
import { batchTasksMax } from "./claim-batch.ts";

export type SubscriptionInit = Omit<Claim, "tasks"> & {
  /** Called after each commit that granted something, or found that nothing may be granted. Must not throw. */
  readonly onGranted: (result: ClaimResult) => void;
  /** The database cannot be asked. The group fetches again by itself; without this the worker just waits. */
  readonly onFailed?: ((error: unknown) => void) | undefined;
  /** A commit was not answered: something may have been granted that the worker is not told of. Must not throw. */
  readonly onUnknownOutcome?: (() => void) | undefined;
};

/** A new task, as far as it decides who can do it. */
export type NewTask = Omit<Lane, "laneId">;

/** The most credits of a member that count. */
const creditsMax = 10_000;

export type Member = {
  readonly init: SubscriptionInit;
  readonly group: WorkerGroup;
  credits: number;
  isPaused: boolean;
  hasLeft: boolean;
  /** Fetches and reservations that may still grant something to this member. */
  readonly underWay: Set<Promise<void>>;
};

export type WorkerGroup = {
  readonly key: string;
  readonly tenantId: string;
  readonly kind: WorkKind;
  readonly members: Set<Member>;
  /** Members with credits, the one that has waited longest first. */
  readonly waiting: Set<Member>;
  /** There may be tasks that no fetch has seen. */
  mayHave: boolean;
  /** Principals for which fetches since the last hint leave nothing: not all tasks are for all principals. */
  readonly emptyFor: Set<string>;
  isFetching: boolean;
  /** A timer will make it fetch again. */
  willFetch: boolean;
  isLookingAtAgents: boolean;
  readonly hints: Subscription;
  /** Of a session that works on one tree at a time: when its leases end, there may be another tree for it. */
  readonly ends: Subscription;
  /** How many members each principal has. */
  readonly principals: Map<string, number>;
};

export type WorkerGroups = {
  /** A member without credits. */
  add(init: SubscriptionInit): Member;
  remove(member: Member): void;
  /** Groups of a tenant that have been served: there was less than their members want. */
  idle(tenantId: string): WorkerGroup[];
};

/** `onHint` is called when there may be something for a group. */
export function createWorkerGroups(wakeups: Wakeups, onHint: (group: WorkerGroup) => void): WorkerGroups {
  const groups = new Map<string, WorkerGroup>();

  function groupFor(tenantId: string, kind: WorkKind): WorkerGroup {
    const key = compoundKey(tenantId, workKindKey(kind));
    const known = groups.get(key);
    if (known) return known;
    const group: WorkerGroup = {
      key,
      tenantId,
      kind,
      members: new Set(),
      waiting: new Set(),
      mayHave: true,
      emptyFor: new Set(),
      isFetching: false,
      willFetch: false,
      isLookingAtAgents: false,
      hints: wakeups.subscribe(() => onHint(group)),
      ends: wakeups.subscribe(() => onHint(group), "hints only"),
      principals: new Map(),
    };
    // From before the first fetch until the last member leaves, so that no hint falls between two fetches.
    for (const queue of kind.queues) group.hints.add(topics.queue(tenantId, queue));
    groups.set(key, group);
    return group;
  }

  return {
    add(init) {
      const group = groupFor(init.caller.tenantId, workKind(init.kind));
      const member: Member = { init, group, credits: 0, isPaused: false, hasLeft: false, underWay: new Set() };
      group.members.add(member);
      countPrincipal(member, 1);
      const { caller, agent } = init;
      if (agent?.oneTree) group.ends.add(topics.obligations(caller.tenantId, caller.principalText));
      return member;
    },
    remove(member) {
      const { group } = member;
      member.hasLeft = true;
      group.waiting.delete(member);
      if (group.members.delete(member)) countPrincipal(member, -1);
      if (group.members.size > 0 || groups.get(group.key) !== group) return;
      groups.delete(group.key);
      group.hints.close();
      group.ends.close();
    },
    idle(tenantId) {
      // What there is for the session of an agent, only a fetch finds out.
      const ofTenant = [...groups.values()].filter((group) => {
        return group.tenantId === tenantId && group.kind.agentSessionId === undefined;
      });
      return ofTenant.filter(({ mayHave, isFetching, waiting }) => !mayHave && !isFetching && waiting.size > 0);
    },
  };
}

/** A group hears of tasks that only its members' principals may lease. */
function countPrincipal({ init: { caller }, group }: Member, by: 1 | -1): void {
  const { tenantId, principalText } = caller;
  const count = (group.principals.get(principalText) ?? 0) + by;
  const topic = topics.addressee(tenantId, principalText);
  if (count > 0) {
    group.principals.set(principalText, count);
    group.hints.add(topic);
  } else {
    group.principals.delete(principalText);
    group.hints.remove(topic);
  }
}

export function addCredits(member: Member, tasks: number): void {
  member.credits = Math.min(member.credits + tasks, creditsMax);
  updateWaiting(member);
}

export function setPaused(member: Member, isPaused: boolean): void {
  member.isPaused = isPaused;
  updateWaiting(member);
}

/** Takes the credits of what a member was granted. It goes to the end of the line, unless it got nothing. */
export function takeCredits(member: Member, granted: number): void {
  member.credits -= granted;
  if (granted > 0) member.group.waiting.delete(member);
  updateWaiting(member);
}

function updateWaiting(member: Member): void {
  const { group, init } = member;
  if (member.credits > 0 && !member.isPaused && !member.hasLeft) {
    group.waiting.add(member);
    if (!group.emptyFor.has(init.caller.principalText)) group.mayHave = true;
  } else group.waiting.delete(member);
}

/** Marks that something may be granted to these members, until the answer is called. */
export function markUnderWay(members: readonly Member[]): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const { underWay } of members) underWay.add(promise);
  return () => {
    for (const { underWay } of members) underWay.delete(promise);
    resolve();
  };
}

export type FetchRequest = { readonly member: Member; readonly tasks: number };

/** Each waiting member, longest first, asks for its credits, or for its share of what one transaction may grant. */
export function shareCredits({ waiting }: WorkerGroup): FetchRequest[] {
  const requests: FetchRequest[] = [];
  let left = batchTasksMax;
  let others = Math.min(waiting.size, batchTasksMax);
  for (const member of waiting) {
    if (left === 0) break;
    const tasks = Math.min(member.credits, Math.ceil(left / others));
    requests.push({ member, tasks });
    left -= tasks;
    others -= 1;
  }
  return requests;
}

/**
 * Reserves a member for each new task, if there is one, and takes a credit for it: the most urgent task first, each for
 * the member that has waited longest in the first group that can do it.
 */
export function reserveMembers(
  groups: readonly WorkerGroup[],
  tasks: readonly (NewTask | undefined)[],
): (Member | undefined)[] {
  const reserved: (Member | undefined)[] = tasks.map(() => undefined);
  if (groups.length === 0) return reserved;
  const places = [...tasks.keys()].sort((one, other) => (tasks[other]?.priority ?? 0) - (tasks[one]?.priority ?? 0));
  for (const place of places) {
    const task = tasks[place];
    const member = task && memberFor(groups, task);
    if (!member) continue;
    takeCredits(member, 1);
    reserved[place] = member;
  }
  return reserved;
}

/** Not one whose call has a request id: what such a call is granted must be recorded, and only a fetch does that. */
function memberFor(groups: readonly WorkerGroup[], task: NewTask): Member | undefined {
  for (const group of groups) {
    if (group.waiting.size === 0 || !canDo(group.kind, task)) continue;
    for (const member of group.waiting) {
      const { call, caller } = member.init;
      if (!call && (task.addressee === undefined || task.addressee === caller.principalText)) return member;
    }
  }
  return undefined;
}

export function claimOf({ init, group }: Member, tasks: number): Claim {
  return { ...init, kind: group.kind, tasks };
}

/** Passes on what reserved members were granted, and returns the credits of those that got nothing. */
export function settleReserved(
  reserved: readonly (Member | undefined)[],
  leased: readonly (GrantedTask | undefined)[],
): void {
  const byMember = new Map<Member, GrantedTask[]>();
  for (const [place, member] of reserved.entries()) {
    if (!member) continue;
    const granted = byMember.get(member) ?? [];
    byMember.set(member, granted);
    const one = leased[place];
    if (one) granted.push(one);
    else addCredits(member, 1);
  }
  for (const [member, granted] of byMember) {
    if (leased.length === 0) member.init.onUnknownOutcome?.();
    if (granted.length > 0) member.init.onGranted({ leased: granted });
  }
}
