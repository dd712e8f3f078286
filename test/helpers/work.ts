// A worker's side of a session without a stream: it subscribes, gives credits, and keeps what it is offered.
import { parseLeaseToken } from "../../src/core/lease-token.ts";
import { type WorkKind, workKind } from "../../src/core/work-kind.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { ClaimResult } from "../../src/engine/claims/claim.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { SessionEpoch } from "../../src/engine/sessions/heartbeats.ts";
import type { ReportedLease } from "../../src/engine/sessions/session-leases.ts";
import type { OpenedSession, OpenRequest } from "../../src/engine/sessions/work-sessions.ts";
import type { GrantedTask } from "../../src/engine/views/granted-task.ts";

export const plainKind: WorkKind = { queues: [], acceptTypes: [], capabilities: [] };

export function openSession(
  operations: Operations,
  caller: Caller,
  hello: Partial<OpenRequest> = {},
): Promise<OpenedSession> {
  const nothing = {
    instance: "host:1",
    kind: workKind(plainKind),
    ttlWishMs: undefined,
    resumeToken: "",
    held: undefined,
  };
  return operations.openWorkSession(caller, { ...nothing, ...hello });
}

export type SubscribedWorker = ReturnType<typeof subscribeWorker>;

/** Subscribes a worker to tasks of a kind. */
export function subscribeWorker(
  operations: Operations,
  caller: Caller,
  session?: SessionEpoch,
  kind: WorkKind = plainKind,
) {
  const offers: GrantedTask[] = [];
  const claimed: ClaimResult[] = [];
  const waiting = new Set<() => void>();
  const subscription = operations.subscribe({
    caller,
    kind,
    instance: "host:1",
    session,
    onGranted(one) {
      claimed.push(one);
      offers.push(...one.leased);
      for (const check of waiting) check();
    },
  });
  const until = (isTrue: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!isTrue()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return {
    ...subscription,
    offers,
    /** Waits until at least this many tasks were granted, and returns all. */
    async offered(count: number): Promise<readonly GrantedTask[]> {
      await until(() => offers.length >= count);
      return offers;
    },
    /** Waits until the subscription is told that its session has ended, and returns why. */
    async sessionEnd() {
      await until(() => claimed.some(({ sessionEnd }) => sessionEnd !== undefined));
      return claimed.at(-1)?.sessionEnd;
    },
  };
}

/** The leases that a worker reports as held. */
export function reportedOf(caller: Caller, leases: readonly { readonly token: string }[]): Map<string, ReportedLease> {
  return new Map(
    leases.map(({ token }) => {
      const claim = parseLeaseToken(caller.tokenKey, caller.principalText, token);
      if (!claim) throw new Error("the token is not this caller's");
      return [claim.leaseId, { claim, token }];
    }),
  );
}
