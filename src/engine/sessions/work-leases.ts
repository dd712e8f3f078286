// Keeps the leases of a stream's session by heartbeats, and finds out what has become of them.
import { Refused } from "../../core/refusal.ts";
import { isLive } from "../../core/session-machine.ts";
import type { LeaseChanges } from "../../core/work-events.ts";
import type { HeldLease } from "../../core/work-holdings.ts";
import type { SessionEpoch, SessionLease } from "./heartbeats.ts";
import { sessionOf, type WorkStream } from "./work-stream.ts";

export async function writeHeartbeat(stream: WorkStream): Promise<void> {
  const { operations, caller, machine, context } = stream;
  const session = sessionOf(stream);
  try {
    const reported = machine.holdings.idle;
    const result = await operations.keepWorkSession(caller, { session, reported, listAll: stream.mayKeepUnknown });
    if (result.ended !== undefined) return stream.apply({ type: "session_ended", reason: result.ended });
    const { expireTime, leases, ...changes } = result;
    const expireAtMs = performance.now() + session.ttlMs;
    stream.apply({ type: "heartbeat_written", expireTime, expireAtMs, changes });
    operations.track(returnUnknownLeases(stream, session, leases));
  } catch (error) {
    if (!(error instanceof Refused)) context.report(error);
    stream.apply({ type: "heartbeat_failed" });
  }
}

/**
 * A commit whose outcome is unknown may have granted leases that the worker was never told of, and heartbeats would
 * keep them for ever. Grants that are in flight are waited for; a lease that is still unknown then is returned.
 */
async function returnUnknownLeases(
  stream: WorkStream,
  session: SessionEpoch,
  leases: readonly SessionLease[],
): Promise<void> {
  const { operations, caller, machine, subscription, context } = stream;
  const isUnknown = ({ taskId, leaseId }: SessionLease) =>
    machine.holdings.byTask.get(taskId)?.claim.leaseId !== leaseId;
  if (!leases.some(isUnknown)) return;
  await subscription?.settled();
  const unknown = leases.filter(isUnknown);
  if (unknown.length === 0 || !isLive(machine)) return;
  try {
    const why = "its worker was never told of it";
    const returned = await operations.returnOffers(caller, { session, offers: unknown, why });
    context.count("offers_returned", returned.length);
  } catch (error) {
    // The next heartbeat finds them again.
    if (!(error instanceof Refused)) context.report(error);
  }
}

/** What a failed inspection misses, the next heartbeat finds. */
export async function inspect(stream: WorkStream, leases: readonly HeldLease[]): Promise<void> {
  const { operations, caller, context } = stream;
  const nothing: LeaseChanges = { canceled: [], lost: [] };
  const changes = await operations.inspectLeases(caller, leases).catch((error: unknown) => {
    if (!(error instanceof Refused)) context.report(error);
    return nothing;
  });
  stream.apply({ type: "inspected", changes });
}
