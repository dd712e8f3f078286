// A stream's subscription at the dispatcher: credits go there, granted tasks come back as offers.
import type { Lease } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { Hello } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { ActingAgent } from "../../core/agent-session.ts";
import { isOffering } from "../../core/session-machine.ts";
import type { HeldLease } from "../../core/work-holdings.ts";
import type { ClaimResult } from "../claims/claim.ts";
import { putOffers, roomForOffers } from "./work-outbox.ts";
import { sessionOf, type WorkStream } from "./work-stream.ts";

export function subscribe(
  stream: WorkStream,
  hello: Hello,
  ttlWishMs: number | undefined,
  agent: ActingAgent | undefined,
): void {
  const { operations, caller } = stream;
  const { instance, queues, acceptTypes, capabilities, omitHolder } = hello;
  stream.subscription = operations.subscribe({
    caller,
    instance,
    ttlWishMs,
    omitHolder,
    session: sessionOf(stream),
    agent,
    kind: { queues, acceptTypes, capabilities, agentSessionId: agent?.sessionId },
    onGranted: (result) => takeGranted(stream, result),
    onUnknownOutcome: () => {
      stream.mayKeepUnknown = true;
    },
  });
}

export async function unsubscribe(stream: WorkStream): Promise<void> {
  await stream.subscription?.leave();
  stream.apply({ type: "unsubscribed" });
}

/** Beyond this, what waits to be read is not increased by offers. */
const waitingBytesMax = 8_388_608;

/** Passes credits on to the dispatcher as far as the outbox has room for the offers they bring. */
export function passCreditsOn(stream: WorkStream): void {
  const { outbox, subscription } = stream;
  const isFull = outbox.bytes > waitingBytesMax;
  if (isFull !== stream.isPaused) {
    stream.isPaused = isFull;
    if (isFull) subscription?.pause();
    else subscription?.resume();
  }
  const credits = Math.min(stream.creditsWaiting, roomForOffers(outbox, stream.creditsSubscribed));
  if (credits === 0) return;
  stream.creditsWaiting -= credits;
  stream.creditsSubscribed += credits;
  subscription?.credit(credits);
}

function takeGranted(stream: WorkStream, { leased, sessionEnd }: ClaimResult): void {
  if (leased.length > 0) {
    stream.creditsSubscribed -= leased.length;
    const leases = leased.map(({ lease, acceptedReceiptId }) => heldLease(stream, lease, acceptedReceiptId));
    // Tasks granted while the session began to finish are returned without being sent.
    if (isOffering(stream.machine)) putOffers(stream.outbox, leased);
    stream.apply({ type: "offered", leases });
    stream.context.count("offers", leased.length);
  }
  if (sessionEnd !== undefined) stream.apply({ type: "session_ended", reason: sessionEnd });
}

export function heldLease(
  { caller }: WorkStream,
  { taskId, leaseId, fence, token }: Lease,
  acceptedReceiptId: string,
): HeldLease {
  const claim = { taskId, leaseId, fence: Number(fence), worker: caller.principalText };
  return { claim, token, acceptedReceiptId, offeredUntilMs: undefined, isCancelSent: false };
}
