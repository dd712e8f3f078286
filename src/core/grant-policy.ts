// Which tasks a claim may be granted. All rules about it stand here and hold for tasks that waited and for those that
// are granted as they are created. PickReady knows some of them too, but only to find candidates.
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

/** Who claims, and what it can do. */
export type Grantee = { readonly principal: string; readonly kind: WorkKind };

/** A waiting task, and the principals that may not have it: of a verification, all that have held the verified task. */
export type Wanted = Pick<Waiting, "eligibleTime" | "failTime"> & { readonly barred?: readonly string[] | undefined };

/** `place` is where the task waits, as its last hand-off has left it. */
export function isGrantable(
  { principal, kind }: Grantee,
  { queue, type, requirements, addressee }: Place,
  { eligibleTime, failTime, barred }: Wanted,
  now: Date,
): boolean {
  const isInTime = eligibleTime <= now && (failTime === null || failTime > now);
  const isFor = addressee === undefined || formatPrincipal(addressee) === principal;
  const isBarred = barred?.includes(principal) ?? false;
  return isInTime && isFor && !isBarred && canDo(kind, { queue, type, capabilities: requirements?.capabilities ?? [] });
}
