// Opens or resumes the session of a stream, and welcomes its worker.
import type { Welcome, WorkRequest } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { durationOfMs, msOfDuration } from "../../core/duration.ts";
import { heartbeatsPerTtl } from "../../core/limits.ts";
import { workKind } from "../../core/work-kind.ts";
import { frameItemsMax } from "./work-outbox.ts";
import type { OpenedSession } from "./work-sessions.ts";
import type { WorkStream } from "./work-stream.ts";
import { heldLease, subscribe } from "./work-subscription.ts";

export async function openSession(stream: WorkStream, { hello }: WorkRequest): Promise<void> {
  const { operations, caller, outbox } = stream;
  assert(hello !== undefined, "a session is opened by its hello");
  const { instance, resumeToken, agentSessionId } = hello;
  const ttlWishMs = hello.leaseTtl && msOfDuration(hello.leaseTtl);
  try {
    const held = hello.held?.leaseTokens;
    const kind = workKind(hello);
    const opened = await operations.openWorkSession(caller, {
      instance,
      kind,
      ttlWishMs,
      resumeToken,
      held,
      agentSessionId,
    });
    stream.session = opened.session;
    subscribe(stream, hello, ttlWishMs, opened.agent);
    outbox.welcome = welcome(stream, opened);
    for (const lost of opened.lost) outbox.lost.push({ $typeName: "asyncgate.v1.LostLease", ...lost });
    const leases = opened.leases.map((lease) =>
      heldLease(stream, lease, opened.acceptedReceiptIds.get(lease.leaseId) ?? ""),
    );
    stream.apply({ type: "opened", leases, expireAtMs: performance.now() + opened.session.ttlMs });
    stream.apply({ type: "inspected", changes: { canceled: opened.canceled, lost: [] } });
    stream.onOpen();
  } catch (error) {
    stream.error ??= error;
    stream.apply({ type: "open_failed" });
  } finally {
    stream.opening = undefined;
  }
}

function welcome({ engine }: WorkStream, { session, resumeToken, resumed, leases }: OpenedSession): Welcome {
  const { sessionId, ttlMs } = session;
  const { offerAcceptMs, resumeGraceMs, leasesMax } = engine.sessionBounds;
  return {
    $typeName: "asyncgate.v1.Welcome",
    sessionId,
    resumeToken,
    resumed,
    heartbeatInterval: durationOfMs(Math.floor(ttlMs / heartbeatsPerTtl)),
    ttl: durationOfMs(ttlMs),
    acceptWindow: durationOfMs(offerAcceptMs),
    resumeGrace: durationOfMs(resumeGraceMs),
    leases: [...leases],
    frameItemsMax,
    leasesMax,
  };
}
