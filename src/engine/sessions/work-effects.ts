// Carries out the effects of a session machine and reports back what came of them. Nothing is decided here. A failed
// operation is reported as well, item by item.
import { timestampOfDate } from "../../core/duration.ts";
import { Refused } from "../../core/refusal.ts";
import type { Effects, StreamClose } from "../../core/work-events.ts";
import { topics } from "../runtime/wakeups.ts";
import { forgetLeases } from "../tx/known-leases.ts";
import { applyBatch } from "./work-batches.ts";
import { inspect, writeHeartbeat } from "./work-leases.ts";
import { openSession } from "./work-opening.ts";
import { clearOutbox, putSettled } from "./work-outbox.ts";
import { sessionOf, type WorkStream } from "./work-stream.ts";
import { passCreditsOn, unsubscribe } from "./work-subscription.ts";

export function perform(stream: WorkStream, effects: Effects): void {
  const { caller, hints } = stream;
  for (const { claim } of effects.added) hints.add(topics.task(caller.tenantId, claim.taskId));
  for (const { claim } of effects.removed) hints.remove(topics.task(caller.tenantId, claim.taskId));
  forgetLeases(
    stream.engine,
    effects.removed.map(({ claim }) => claim),
  );
  for (const batch of effects.batches) void applyBatch(stream, batch);
  if (effects.open) stream.opening = openSession(stream, effects.open);
  if (effects.writeHeartbeat) void writeHeartbeat(stream);
  if (effects.inspect.length > 0) void inspect(stream, effects.inspect);
  stream.creditsWaiting += effects.credit;
  putIntoOutbox(stream, effects);
  if (effects.unsubscribe) void unsubscribe(stream);
  if (effects.closeSession) void closeSession(stream, effects.closeSession);
  if (effects.endStream) endStream(stream, effects.endStream);
  passCreditsOn(stream);
  if (effects.finished) stream.finish();
  stream.wakeWriter();
  stream.wakeReader();
}

function putIntoOutbox({ outbox, context }: WorkStream, effects: Effects): void {
  const { settled, lost, heartbeatAck } = effects;
  putSettled(outbox, settled);
  outbox.directives.push(...effects.directives);
  for (const one of lost) outbox.lost.push({ $typeName: "asyncgate.v1.LostLease", ...one });
  if (settled.length > 0) {
    const refused = settled.filter(({ result }) => result.case === "error").length;
    if (refused > 0) context.count("refused", refused);
    context.count("settled", settled.length - refused);
  }
  if (lost.length > 0) context.count("leases_lost", lost.length);
  if (heartbeatAck) {
    const { sequence, expireTime } = heartbeatAck;
    outbox.heartbeatAck = { $typeName: "asyncgate.v1.HeartbeatAck", sequence, expireTime: timestampOfDate(expireTime) };
    context.count("heartbeats", 1);
  }
}

/** If this cannot be written, the session expires instead. */
async function closeSession(stream: WorkStream, { how, why }: NonNullable<Effects["closeSession"]>): Promise<void> {
  const { operations, caller, context } = stream;
  const session = sessionOf(stream);
  try {
    if (how === "end") await operations.endWorkSession(caller, { session, why });
    else await operations.breakWorkSession(caller, session);
  } catch (error) {
    if (!(error instanceof Refused)) context.report(error);
  }
  stream.apply({ type: "session_closed" });
}

/** How long a worker has to read the rest of its stream; a worker that did not read before has less time. */
const lingerMs = 5_000;

function endStream(stream: WorkStream, close: StreamClose): void {
  const { outbox, context, engine } = stream;
  stream.streamClose = close;
  if (close.isCut) clearOutbox(outbox);
  if (close.notice) outbox.streamEnd = { $typeName: "asyncgate.v1.StreamEnd", ...close.notice };
  setTimeout(() => context.cut(close.error), close.isCut ? engine.sessionBounds.slowReaderCutMs : lingerMs).unref();
}
