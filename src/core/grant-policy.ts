// Which tasks a claim may be granted. All rules about it stand here and hold for tasks that waited and for those that
// are granted as they are created. In SQL, `may_be_leased` says what `hindrances` say of times; PickReady knows more of
// them, but only to find candidates.
import type { Place } from "./hand-off.ts";
import { formatPrincipal } from "./principal.ts";
import type { SessionEnd } from "./session-status.ts";
import type { Waiting } from "./task-record.ts";
import { canDo, type WorkKind } from "./work-kind.ts";

/** What limits how much a claim may be granted. */
export type GrantLimits = {
  /** How many leases its quotas leave room for, of those that it asks for. */
  readonly admitted: number;
  /** Why the session that would keep the leases has ended; undefined if it lives, or there is none. */
  readonly sessionEnd: SessionEnd | undefined;
  /** Its call is on record: it is answered with what it was granted then. */
  readonly isRecorded: boolean;
};

export function grantsMax({ admitted, sessionEnd, isRecorded }: GrantLimits): number {
  return isRecorded || sessionEnd !== undefined ? 0 : admitted;
}

/** How a task waits: what decides whether any worker may have it. */
export type Standing = Pick<Waiting, "eligibleTime" | "failTime"> & {
  readonly now: Date;
  readonly isQueuePaused: boolean;
};

/** What keeps a waiting task from every worker, each by itself: ExplainTask tells of each. */
export const hindrances = {
  /** Its time has not come. Of a task that is blocked or paused, it never comes. */
  notYet: ({ eligibleTime, now }) => eligibleTime > now,
  overdue: ({ failTime, now }) => failTime !== null && failTime <= now,
  queuePaused: ({ isQueuePaused }) => isQueuePaused,
} satisfies Readonly<Record<string, (standing: Standing) => boolean>>;

const allHindrances = Object.values(hindrances);

/** Whether a waiting task may be leased, by a worker that fits. */
export function mayBeLeased(standing: Standing): boolean {
  return !allHindrances.some((hinders) => hinders(standing));
}

/** Who claims, and what it can do. */
export type Grantee = { readonly principal: string; readonly kind: WorkKind };

/** A waiting task, and the principals that may not have it: of a verification, all that have held the verified task. */
export type Wanted = Pick<Waiting, "eligibleTime" | "failTime"> & { readonly barred?: readonly string[] | undefined };

/**
 * `place` is where the task waits, as its last hand-off has left it. Whether its queue is paused is found out where its
 * row is locked, or with its creation.
 */
export function isGrantable(
  grantee: Grantee,
  place: Place,
  { eligibleTime, failTime, barred = [] }: Wanted,
  now: Date,
): boolean {
  const mayBe = mayBeLeased({ eligibleTime, failTime, now, isQueuePaused: false });
  return mayBe && !barred.includes(grantee.principal) && fits(grantee, place);
}

/** Whether a task is one for the worker. */
export function fits({ principal, kind }: Grantee, { queue, type, requirements, addressee }: Place): boolean {
  const isFor = addressee === undefined || formatPrincipal(addressee) === principal;
  return isFor && canDo(kind, { queue, type, capabilities: requirements?.capabilities ?? [] });
}
