// ExplainTask as a rule: from a task as it stands to what a person wants to know of it.
import { create } from "@bufbuild/protobuf";
import {
  CapabilityOfferSchema,
  type Explanation,
  ExplanationSchema,
  FitSchema,
  HolderStatusSchema,
  LanePlaceSchema,
  LastFailureSchema,
  type Obstacle,
  TriesSchema,
} from "../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import { WorkerSchema } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { HolderSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { durationOfMs, timestampOfDate } from "./duration.ts";
import { delays, eligibleTimeOf, heartbeatsOf, unmet } from "./obstacles.ts";
import { parsePrincipal } from "./principal.ts";
import { aheadMax, type FailureFacts, type HeldSituation, type Situation } from "./situation.ts";
import { spokenError, spokenSince } from "./spoken.ts";
import { stateName } from "./transitions.ts";

export function explainTask(situation: Situation): Explanation {
  const { now, task, held, ended, waiting, progress, lastFailure } = situation;
  const obstacles = unmet(situation);
  const delaying = delays(situation);
  const eligibleTime = eligibleTimeOf(situation);
  const failTime = waiting?.failTime ?? held?.failTime;
  return create(ExplanationSchema, {
    summary: summaryOf(situation, obstacles, delaying),
    taskId: task.taskId,
    state: task.state,
    version: BigInt(task.version),
    time: timestampOfDate(now),
    unmet: obstacles,
    delays: delaying,
    ...(eligibleTime && { eligibleTime: timestampOfDate(eligibleTime) }),
    ...(failTime && { failTime: timestampOfDate(failTime) }),
    ...(held && { holder: holderOf(held, now) }),
    ...(ended ? {} : { fit: fitOf(situation), ...(progress && { progress }) }),
    ...(situation.ahead !== undefined && { lane: laneOf(situation, situation.ahead) }),
    tries: triesOf(situation),
    ...(lastFailure && { lastFailure: failureOf(lastFailure, now) }),
  });
}

/** The state, and the first thing that keeps the task; without one, what comes next. */
function summaryOf(situation: Situation, obstacles: readonly Obstacle[], delaying: readonly Obstacle[]): string {
  const state = stateName(situation.task.state);
  const [first, ...others] = obstacles.length > 0 ? obstacles : delaying;
  if (!first) return `${state}. It is next in its lane for a worker that fits.`;
  const more = others.length > 0 ? ` There ${others.length === 1 ? "is" : "are"} ${others.length} more.` : "";
  const lead = obstacles.length > 0 ? "" : "It may be leased now. ";
  return `${state}. ${lead}${first.sentence}${more}`;
}

/** As the contract says. */
const barredMax = 20;

function fitOf({ place, barred, workers: { connected, fitting, offers } }: Situation) {
  const { queue, type, requirements, addressee } = place;
  return create(FitSchema, {
    queue,
    type,
    ...(addressee && { addressee }),
    capabilities: (requirements?.capabilities ?? []).map((capability) =>
      create(CapabilityOfferSchema, { capability, workers: offers.get(capability) ?? 0 }),
    ),
    workers: fitting,
    workersLookedAt: connected,
    barred: barred.slice(0, barredMax).map(parsePrincipal),
  });
}

function laneOf({ place: { priority } }: Situation, ahead: number) {
  return create(LanePlaceSchema, { priority, ahead: Math.min(ahead, aheadMax), more: ahead > aheadMax });
}

function holderOf(held: HeldSituation, now: Date) {
  const { worker, instance, leaseId, fence, grantTime, expireTime, ttlMs, onStream, startTime, cancelTime } = held;
  const { lastTime, missed } = heartbeatsOf(held, now);
  return create(HolderStatusSchema, {
    holder: create(HolderSchema, {
      worker: create(WorkerSchema, { principal: parsePrincipal(worker), instance }),
      leaseId,
      fence: BigInt(fence),
      grantTime: timestampOfDate(grantTime),
      expireTime: timestampOfDate(expireTime),
    }),
    ttl: durationOfMs(ttlMs),
    lastHeartbeatTime: timestampOfDate(lastTime),
    missed,
    onStream,
    ...(startTime && { startTime: timestampOfDate(startTime) }),
    cancelRequested: cancelTime !== null,
  });
}

function triesOf({
  task: { attempt, leaseLosses, deliveries },
  terms: { maxAttempts, maxLeaseLosses },
  ended,
}: Situation) {
  const attemptsLeft = ended ? 0 : Math.max(maxAttempts - attempt, 0);
  return create(TriesSchema, { attempt, maxAttempts, attemptsLeft, leaseLosses, maxLeaseLosses, deliveries });
}

function failureOf({ receiptId, time, attempt, error, worker }: FailureFacts, now: Date) {
  const since = `${spokenSince(time, now)} ago`;
  const sentence = worker
    ? `${worker.principal} lost its lease ${since}.`
    : `Attempt ${attempt} failed ${since}${error ? ` (${spokenError(error)})` : ""}.`;
  return create(LastFailureSchema, {
    sentence,
    time: timestampOfDate(time),
    ...(error && { error }),
    ...(worker && {
      worker: create(WorkerSchema, { principal: parsePrincipal(worker.principal), instance: worker.instance }),
    }),
    receiptId,
  });
}
