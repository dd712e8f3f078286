// What keeps a task from running: one table, from kind to rule. What keeps it from every worker is `unmet`; it is empty
// exactly if a claim by a worker that fits gets the task, which the tests of law 27 hold against grant-policy.ts.
import { create } from "@bufbuild/protobuf";
import { AgentHealthFactSchema, AgentHealthSchema } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { LimitFactsSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type Obstacle, ObstacleKind, ObstacleSchema } from "../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import { ScopeWaitSchema } from "../../gen/typescript/asyncgate/v1/scope_pb.ts";
import { PauseSchema, TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { VerdictDecision } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { addMs, dateOfTimestamp, timestampOfDate } from "./duration.ts";
import { hindrances, type Standing } from "./grant-policy.ts";
import { heartbeatsPerTtl } from "./limits.ts";
import { whyNot } from "./preflight.ts";
import { formatPrincipal, parsePrincipal } from "./principal.ts";
import { modeOf, resourceOf } from "./scopes.ts";
import { aheadMax, type FullLimit, type HeldSituation, type PauseFacts, type Situation } from "./situation.ts";
import { counted, listed, spokenError, spokenMs, spokenSince } from "./spoken.ts";
import { never } from "./task-record.ts";
import { hasEnded, isHeld } from "./transitions.ts";
import { openConditions } from "./wait-obstacle.ts";

/** An obstacle but for its kind. */
export type Told = Partial<Omit<Obstacle, "$typeName" | "$unknown" | "kind">> & Pick<Obstacle, "sentence" | "advice">;
type Rule = (situation: Situation) => Told | undefined;

const Kind = ObstacleKind;

/**
 * The obstacle of each state that no worker can be granted a task from. A state that is missing here would be one that
 * ExplainTask has no word for: a test compares this with the state machine.
 */
export const obstacleOfState: Readonly<Partial<Record<TaskState, ObstacleKind>>> = {
  [TaskState.LEASED]: Kind.HELD,
  [TaskState.RUNNING]: Kind.HELD,
  [TaskState.SUCCEEDED]: Kind.ENDED,
  [TaskState.FAILED]: Kind.ENDED,
  [TaskState.CANCELED]: Kind.ENDED,
  [TaskState.BLOCKED]: Kind.CONDITIONS,
  [TaskState.PAUSED]: Kind.TASK_PAUSED,
  [TaskState.INPUT_REQUIRED]: Kind.INPUT,
  [TaskState.VERIFYING]: Kind.VERDICTS,
};

/** What keeps it from every worker, in the order in which it is told. */
const unmetRules: readonly (readonly [ObstacleKind, Rule])[] = [
  [Kind.ENDED, ended],
  [Kind.HELD, held],
  [Kind.TENANT_SUSPENDED, whileWaiting(tenantSuspended)],
  [Kind.TASK_PAUSED, taskPaused],
  [Kind.QUEUE_PAUSED, whileWaiting(queuePaused)],
  [Kind.CONDITIONS, conditions],
  [Kind.INPUT, input],
  [Kind.VERDICTS, inState(Kind.VERDICTS, verdicts)],
  [Kind.NOT_YET, whileWaiting(notYet)],
  [Kind.DEADLINE_PASSED, whileWaiting(deadlinePassed)],
  [Kind.ADDRESSEE_BARRED, whileWaiting(addresseeBarred)],
  [Kind.SCOPE_HELD, whileWaiting(scopeHeld)],
  [Kind.PREFLIGHT, whileWaiting(preflight)],
];

/** What makes it wait although a worker could have it. */
const delayRules: readonly (readonly [ObstacleKind, Rule])[] = [
  [Kind.NO_WORKER, whileWaiting(noWorker)],
  [Kind.TASKS_AHEAD, tasksAhead],
];

export function unmet(situation: Situation): Obstacle[] {
  return [
    ...told(unmetRules, situation),
    ...(situation.waiting ? situation.fullLimits.map((limit) => made(Kind.LEASE_LIMIT, leaseLimit(limit))) : []),
  ];
}

export function delays(situation: Situation): Obstacle[] {
  return told(delayRules, situation);
}

function told(rules: readonly (readonly [ObstacleKind, Rule])[], situation: Situation): Obstacle[] {
  return rules.flatMap(([kind, rule]) => {
    const facts = rule(situation);
    return facts ? [made(kind, facts)] : [];
  });
}

function made(kind: ObstacleKind, facts: Told): Obstacle {
  return create(ObstacleSchema, { kind, ...facts });
}

function whileWaiting(rule: Rule): Rule {
  return (situation) => (situation.waiting ? rule(situation) : undefined);
}

function inState(kind: ObstacleKind, rule: Rule): Rule {
  return (situation) => (obstacleOfState[situation.task.state] === kind ? rule(situation) : undefined);
}

// --- ended and held ------------------------------------------------------------------------------------------------

const whyFailed: Readonly<Partial<Record<TerminalReason, string>>> = {
  [TerminalReason.NON_RETRYABLE]: "its error is one that another attempt cannot help",
  [TerminalReason.ATTEMPTS_EXHAUSTED]: "all of its attempts failed",
  [TerminalReason.LEASE_LOSSES_EXCEEDED]: "it lost more leases than it may",
  [TerminalReason.DEADLINE_EXCEEDED]: "its deadline passed",
  [TerminalReason.START_DEADLINE_EXCEEDED]: "no worker held it before its start deadline",
  [TerminalReason.ATTEMPT_TIMEOUT]: "one attempt took longer than it may",
  [TerminalReason.DEPENDENCY_FAILED]: "something that it waited for can no longer come",
  [TerminalReason.BUDGET_EXCEEDED]: "more was spent than its budget has",
  [TerminalReason.VERIFICATION_FAILED]: "its verifiers did not accept what was reported",
};

function ended({ now, task: { state }, ended: end }: Situation): Told | undefined {
  if (!hasEnded(state)) return undefined;
  const since = end ? ` ${spokenSince(end.endTime, now)} ago` : "";
  if (state === TaskState.SUCCEEDED) return { sentence: `It succeeded${since}.`, advice: "" };
  const advice = "A new task with redrive_of does it over.";
  if (state === TaskState.CANCELED) return { sentence: `It was canceled${since}.`, advice };
  const reason = end ? whyFailed[end.terminalReason as TerminalReason] : undefined;
  const error = end?.error ? ` (${spokenError(end.error)})` : "";
  return { sentence: `It failed${since}${reason ? `, because ${reason}` : ""}${error}.`, advice };
}

function held({ now, task: { state }, held: lease }: Situation): Told | undefined {
  if (!isHeld(state)) return undefined;
  if (!lease) return { sentence: "A worker holds it.", advice: "" };
  const { worker, grantTime, expireTime, cancelTime } = lease;
  const inMs = (time: Date) => spokenMs(time.getTime() - now.getTime());
  const facts = { principal: parsePrincipal(worker), until: timestampOfDate(expireTime) };
  if (expireTime <= now) {
    const sentence = `${worker} held it, and its lease expired ${spokenSince(expireTime, now)} ago.`;
    return { ...facts, sentence, advice: "The sweep is about to free it; then another worker may have it." };
  }
  const { lastTime, missed } = heartbeatsOf(lease, now);
  const sinceGrant = spokenSince(grantTime, now);
  const what =
    state === TaskState.RUNNING
      ? `has worked on it for ${sinceGrant}`
      : `has had it for ${sinceGrant}, and has not said that work began`;
  const silence = missed > 0 ? `, and ${counted(missed, "is", "are")} missing` : "";
  const sentence = `${worker} ${what}; its last heartbeat was ${spokenSince(lastTime, now)} ago${silence}.`;
  if (cancelTime) {
    return {
      ...facts,
      sentence,
      advice: `Its owner has asked it to stop; it ends in ${inMs(cancelTime)} at the latest.`,
    };
  }
  const advice =
    missed > 0
      ? `If its worker is gone, the lease expires in ${inMs(expireTime)}, and another worker may have it.`
      : "It ends when its worker ends it; CancelTask takes it away.";
  return { ...facts, sentence, advice };
}

/** When the holder was last heard of, and how many heartbeats should have come since. */
export function heartbeatsOf({ expireTime, ttlMs, grantTime }: HeldSituation, now: Date) {
  const renewed = addMs(expireTime, -ttlMs);
  const lastTime = renewed > grantTime ? renewed : grantTime;
  const silentMs = Math.max(now.getTime() - lastTime.getTime() - 1, 0);
  return { lastTime, missed: Math.floor(silentMs / (ttlMs / heartbeatsPerTtl)) };
}

// --- what holds it back ---------------------------------------------------------------------------------------------

function tenantSuspended({ now, suspendTime }: Situation): Told | undefined {
  if (!suspendTime) return undefined;
  const sentence = `Its tenant is suspended since ${spokenSince(suspendTime, now)}, and no worker of it can call.`;
  return { sentence, advice: "An administrator lets the tenant go on with ResumeTenant." };
}

function taskPaused({ now, task: { state }, taskPause }: Situation): Told | undefined {
  if (obstacleOfState[state] !== Kind.TASK_PAUSED) return undefined;
  const advice = "ResumeTask lets it go on.";
  if (!taskPause) return { sentence: "It is paused.", advice };
  return { ...pauseFacts(taskPause, now, "it"), advice };
}

function queuePaused(situation: Situation): Told | undefined {
  const { now, place, queuePause } = situation;
  if (!queuePause || !hindrances.queuePaused(standingOf(situation))) return undefined;
  return { ...pauseFacts(queuePause, now, `its queue ${place.queue}`), advice: "ResumeQueue lets its tasks go on." };
}

function pauseFacts({ pauseTime, principal, reason }: PauseFacts, now: Date, what: string) {
  const why = reason === "" ? "" : `: ${reason}`;
  return {
    sentence: `${principal} paused ${what} ${spokenSince(pauseTime, now)} ago${why}.`,
    principal: parsePrincipal(principal),
    pause: create(PauseSchema, { pauseTime: timestampOfDate(pauseTime), by: parsePrincipal(principal), reason }),
  };
}

function input({ now, task: { state }, question }: Situation): Told | undefined {
  const advice = "ProvideInput answers or declines the question.";
  if (!question) {
    return obstacleOfState[state] === Kind.INPUT ? { sentence: "It waits for an answer.", advice } : undefined;
  }
  const { inputId, title, asker, addressee, escalatedTo, requestTime, expireTime } = question;
  const who = escalatedTo === null ? addressee : `${addressee} or ${escalatedTo}`;
  const asked = `${asker} asked ${spokenSince(requestTime, now)} ago`;
  const expiry = expireTime ? ` The question expires in ${spokenMs(expireTime.getTime() - now.getTime())}.` : "";
  return {
    sentence: `It waits for ${who} to answer what ${asked} (${title}).${expiry}`,
    advice,
    inputId,
    principal: parsePrincipal(addressee),
    ...(expireTime && { until: timestampOfDate(expireTime) }),
  };
}

function conditions(situation: Situation): Told | undefined {
  const { task, wait, question } = situation;
  // The wait of a task that has asked is the question.
  if (question || obstacleOfState[task.state] === Kind.INPUT) return undefined;
  if (obstacleOfState[task.state] !== Kind.CONDITIONS && !(wait && wait.groupsLeft > 0)) return undefined;
  return openConditions(situation);
}

function standingOf({ now, waiting, queuePause }: Pick<Situation, "now" | "waiting" | "queuePause">): Standing {
  const { eligibleTime, failTime } = waiting ?? { eligibleTime: never, failTime: null };
  return { eligibleTime, failTime, now, isQueuePaused: queuePause !== undefined };
}

/** The time from which it may be leased, if nothing else keeps it; undefined if it waits for something else. */
export function eligibleTimeOf({ waiting, taskPause }: Pick<Situation, "waiting" | "taskPause">): Date | undefined {
  const time = taskPause?.eligibleTime ?? waiting?.eligibleTime;
  return time === undefined || time >= never ? undefined : time;
}

function notYet(situation: Situation): Told | undefined {
  const { now, task, terms, lastFailure } = situation;
  const time = eligibleTimeOf(situation);
  if (time === undefined || !hindrances.notYet({ ...standingOf(situation), eligibleTime: time })) return undefined;
  const inTime = spokenMs(time.getTime() - now.getTime());
  const facts = { until: timestampOfDate(time), advice: "Time alone moves it." };
  const next = `attempt ${task.attempt} of ${terms.maxAttempts}`;
  if (task.attempt > 1) {
    const error = lastFailure?.error;
    const why = error ? `, because the last one failed (${spokenError(error)})` : "";
    return { ...facts, sentence: `It waits ${inTime} for ${next}${why}.` };
  }
  const sentence =
    task.deliveries > 0 ? `It may be leased again in ${inTime}.` : `It may be leased in ${inTime}, not before.`;
  return { ...facts, sentence };
}

function deadlinePassed(situation: Situation): Told | undefined {
  const { now, waiting, task } = situation;
  // Of what is being verified, it is the time that verifiers have.
  if (!waiting?.failTime || task.state === TaskState.VERIFYING || !hindrances.overdue(standingOf(situation)))
    return undefined;
  const sentence = `Its deadline passed ${spokenSince(waiting.failTime, now)} ago, and the sweep is about to end it.`;
  return { sentence, advice: "A new task with a later deadline does it over." };
}

function addresseeBarred({ place, barred }: Situation): Told | undefined {
  const only = place.addressee && formatPrincipal(place.addressee);
  if (only === undefined || !barred.includes(only)) return undefined;
  const sentence = `${only} alone may lease it, and must not: it has held the task that this one verifies.`;
  const advice = "When its time is over, or it is canceled, its verification goes on without it.";
  return { sentence, advice, principal: parsePrincipal(only) };
}

/** Verification tasks that a sentence names. */
const verifiersNamedMax = 3;

function verdicts({ now, terms, waiting, review }: Situation): Told {
  const report = review?.report;
  const until = waiting?.failTime ? { until: timestampOfDate(waiting.failTime) } : {};
  const advice = "Verdicts of its verifiers move it.";
  if (!review || !report) return { ...until, sentence: "It waits for verdicts.", advice };
  const { executor, time, ownerTaskId, verificationTaskIds } = report;
  const given = new Set(review.verdicts.map(({ taskId }) => taskId));
  const open = (ownerTaskId === "" ? verificationTaskIds : [ownerTaskId]).filter((taskId) => !given.has(taskId));
  const accepted = review.verdicts.filter(({ verdict }) => verdict?.decision === VerdictDecision.ACCEPT).length;
  const tally = `${accepted} of ${terms.verification?.acceptAt ?? 1} that it needs accept`;
  const since = time ? ` ${spokenSince(dateOfTimestamp(time), now)} ago` : "";
  const who = executor ? formatPrincipal(executor) : "its worker";
  const more = open.length > verifiersNamedMax ? [`${open.length - verifiersNamedMax} more`] : [];
  const named = listed([...open.slice(0, verifiersNamedMax), ...more], "and");
  const missing = open.length > 0 ? `; verification ${open.length === 1 ? "task" : "tasks"} to come: ${named}` : "";
  const sentence = `It waits for verdicts on what ${who} reported${since}: ${tally}${missing}.`;
  return { ...until, sentence, advice, ...(executor && { principal: executor }) };
}

function scopeHeld({ now, scopeWait }: Situation): Told | undefined {
  if (!scopeWait) return undefined;
  const { own, heldKey, heldByTaskId, isOfSession, since, holder } = scopeWait;
  const [resource, heldResource] = [resourceOf(own.key), resourceOf(heldKey)];
  const who = holder ? ` of ${holder.worker}` : "";
  const leftMs = holder && spokenMs(holder.expireTime.getTime() - now.getTime());
  const left = holder && `, ${isOfSession ? "which" : "whose lease"} lasts ${leftMs} unless renewed`;
  const what = isOfSession ? "the agent session" : "task";
  const verb = own.isWrite ? "write" : "read";
  return {
    sentence: `It waits to ${verb} ${resource}: ${what} ${heldByTaskId}${who} has ${heldResource}${left ?? ""}.`,
    advice: isOfSession
      ? "It goes on when that session ends, or is claimed in it."
      : "It goes on when that lease ends.",
    scope: create(ScopeWaitSchema, {
      resource,
      mode: modeOf(own),
      heldResource,
      ...(isOfSession ? { heldByAgentSessionId: heldByTaskId } : { heldByTaskId }),
      ...(since && { since: timestampOfDate(since) }),
    }),
    ...(holder && { principal: parsePrincipal(holder.worker), until: timestampOfDate(holder.expireTime) }),
  };
}

const agentsTold = 10;

function preflight({ unwell = [] }: Situation): Told | undefined {
  if (unwell.length === 0) return undefined;
  const told = unwell.map((check) => {
    const health = AgentHealthSchema.value[check.health]?.localName ?? "";
    return `${check.agentId} is ${health}: ${whyNot(check)}`;
  });
  return {
    sentence: `It requires agents to be well, and ${listed(told, "and")}.`,
    advice: "It goes on when a check finds them well; an operator can override that (OverridePreflight).",
    agents: unwell
      .slice(0, agentsTold)
      .map((check) =>
        create(AgentHealthFactSchema, { agentId: check.agentId, health: check.health, why: whyNot(check) }),
      ),
  };
}

function leaseLimit({ limit, bound, value, principal }: FullLimit): Told {
  const who = principal === undefined ? "Its tenant" : `${principal}, which alone may lease it,`;
  return {
    sentence: `${who} has ${counted(value, "lease")}, and may have ${bound} (${limit}).`,
    advice: "It goes on when a lease ends; an administrator can raise the limit.",
    principal: principal === undefined ? undefined : parsePrincipal(principal),
    limit: create(LimitFactsSchema, { limit, bound: BigInt(bound), value: BigInt(value) }),
  };
}

// --- what makes it wait ---------------------------------------------------------------------------------------------

function noWorker({ place, barred, workers: { connected, fitting, offers } }: Situation): Told | undefined {
  if (fitting > 0) return undefined;
  const { queue, type, requirements, addressee } = place;
  const capabilities = requirements?.capabilities ?? [];
  const missing = capabilities.filter((one) => (offers.get(one) ?? 0) === 0);
  const needed = listed(capabilities, "and");
  const offering = needed === "" ? "" : ` and offers ${needed}`;
  const and = needed === "" ? "" : ` and ${connected === 1 ? "offer" : "offers"} ${needed}`;
  const takes = `${type} from the queue ${queue}`;
  const other = barred.length > 0 ? " of another principal" : "";
  const advice = `Start a worker${other} that takes ${takes}${offering}.`;
  if (connected === 0) return { sentence: "No worker is connected.", advice };
  const none = connected === 1 ? "The only connected worker does not" : `None of the ${connected} connected workers`;
  const verb = (word: string) => (connected === 1 ? word : `${word}s`);
  if (addressee) {
    const only = formatPrincipal(addressee);
    const sentence = `${only}, which alone may lease it, is not connected with all that it needs.`;
    return { sentence, advice: `Start ${only}: it must take ${takes}${offering}.` };
  }
  if (barred.length > 0) {
    const sentence = `No connected worker takes ${takes}, but those that have held what it verifies.`;
    return { sentence, advice };
  }
  if (missing.length > 0) return { sentence: `${none} ${verb("offer")} ${listed(missing, "or")}.`, advice };
  return { sentence: `${none} ${verb("take")} ${takes}${and}.`, advice };
}

function tasksAhead({ ahead }: Situation): Told | undefined {
  if (ahead === undefined || ahead === 0) return undefined;
  const tasks = ahead > aheadMax ? `More than ${aheadMax} tasks` : counted(ahead, "task");
  const sentence = `${tasks} of its lane ${ahead === 1 ? "is" : "are"} before it.`;
  return { sentence, advice: "More workers bring it forward." };
}
