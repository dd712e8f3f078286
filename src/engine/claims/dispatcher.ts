// The dispatcher assigns ready tasks to waiting workers, with one query per worker group. It asks for as many tasks as
// the group has credits for, so that what no member could take is left to other servers. Between fetches a group waits
// for a hint, or for the wait poller to find something; tasks that are created here may be granted to it at once.
import type { Engine } from "../engine.ts";
import type { TenantEngines } from "../tx/tenant-engines.ts";
import type { GrantedTask } from "../views/granted-task.ts";
import type { Claim } from "./claim.ts";
import { createGroupFetcher, type GroupFetcher } from "./group-fetcher.ts";
import {
  addCredits,
  claimOf,
  type Member,
  markUnderWay,
  type NewTask,
  reserveMembers,
  type SubscriptionInit,
  setPaused,
  settleReserved,
  type WorkerGroups,
} from "./worker-groups.ts";

export type WorkSubscription = {
  /** The worker can take this many tasks more. */
  credit(tasks: number): void;
  /** Nothing is granted until it resumes, except what is under way. */
  pause(): void;
  resume(): void;
  /** Resolves when `onGranted` has been called for all that is under way. */
  settled(): Promise<void>;
  /** No new fetch asks for this worker. Resolves when `onGranted` has been called for all that was under way. */
  leave(): Promise<void>;
};

/** Members that are held for tasks that are being created, or go on. */
export type Reservation = {
  /** In the order of the tasks: the claim to grant it to, if there is one. */
  readonly claims: readonly (Claim | undefined)[];
  /**
   * Takes what each was granted, after the commit; an empty list if the transaction failed, perhaps in its commit.
   * Credits that were not used are returned.
   */
  settle(leased: readonly (GrantedTask | undefined)[]): void;
};

export type Dispatcher = {
  /** Joins without credits. A worker whose session has ended, or whose call is on record, is removed by itself. */
  join(init: SubscriptionInit): WorkSubscription;
  /**
   * Holds members of idle groups: no waiting task comes before the new ones, and the next fetch would grant them to
   * these members. So they may be granted in the transaction that creates them, or lets them go on. Undefined: a task
   * that may not.
   */
  reserve(tenantId: string, tasks: readonly (NewTask | undefined)[]): Reservation;
};

/** For operations that may grant tasks as they create them or let them go on. */
export type DispatchingEngine = Engine & { readonly dispatcher: Dispatcher };

export function createDispatcher(engine: Engine, engineOf: TenantEngines): Dispatcher {
  const { groups, pump } = createGroupFetcher(engine, engineOf);
  return {
    join: (init) => subscriptionOf(groups.add(init), groups, pump),
    reserve(tenantId, tasks) {
      // A hint: whether the queue is paused, the transaction finds out.
      const wanted = tasks.map((task) => (task && engine.knownPauses.has(tenantId, task.queue) ? undefined : task));
      const reserved = reserveMembers(groups.idle(tenantId), wanted);
      const end = markUnderWay(reserved.filter((member) => member !== undefined));
      return {
        claims: reserved.map((member) => member && claimOf(member, 1)),
        settle(leased) {
          settleReserved(reserved, leased);
          end();
          // A hint may have come while they were held.
          for (const group of new Set(reserved.flatMap((member) => member?.group ?? []))) pump(group);
        },
      };
    },
  };
}

function subscriptionOf(member: Member, groups: WorkerGroups, pump: GroupFetcher["pump"]): WorkSubscription {
  return {
    credit(tasks) {
      addCredits(member, tasks);
      pump(member.group);
    },
    pause: () => setPaused(member, true),
    resume() {
      setPaused(member, false);
      pump(member.group);
    },
    settled: async () => void (await Promise.all(member.underWay)),
    async leave() {
      groups.remove(member);
      await Promise.all(member.underWay);
    },
  };
}
