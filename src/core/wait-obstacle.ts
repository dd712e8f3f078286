// The conditions that a task still waits for, as ExplainTask tells of them.
import { create } from "@bufbuild/protobuf";
import { type OpenCondition, OpenConditionSchema } from "../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import { ConditionStatus, OnImpossible, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { bitOf, type ConditionRecord } from "./conditions.ts";
import { earliest, timestampOfDate } from "./duration.ts";
import type { Told } from "./obstacles.ts";
import { channelOfTask } from "./signals.ts";
import type { AwaitedTask, Situation, WaitSituation } from "./situation.ts";
import { listed, spokenMs, spokenSince } from "./spoken.ts";
import { stateName, taskStates } from "./transitions.ts";

/** As the contract says. */
const shownMax = 20;
/** Groups that a sentence names. */
const namedMax = 3;

const { PENDING, MET, IMPOSSIBLE } = ConditionStatus;

/** What becomes of a task whose wait cannot be met any more. */
const whenImpossible: Readonly<Partial<Record<OnImpossible, string>>> = {
  [OnImpossible.FAIL]: "It is about to fail.",
  [OnImpossible.CANCEL]: "It is about to be canceled.",
  [OnImpossible.KEEP]: "It stays so until an operator calls OverrideWait, or it is canceled.",
};

export function openConditions(situation: Situation): Told {
  const groups = openGroups(situation.wait);
  const open = groups.flat();
  const isStuck = groups.some(isImpossible);
  const until = earliest(...open.map(({ status, atTime }) => (status === PENDING ? atTime : null)));
  const stuckAdvice = situation.wait && whenImpossible[situation.wait.onImpossible];
  return {
    sentence: sentenceOf(groups, isStuck, situation),
    advice: isStuck && stuckAdvice ? stuckAdvice : "It goes on when that has come; OverrideWait lets it go on without.",
    until: until ? timestampOfDate(until) : undefined,
    conditions: open.slice(0, shownMax).map((condition) => openCondition(condition, situation)),
    conditionsCount: open.length,
  };
}

function isImpossible(group: readonly ConditionRecord[]): boolean {
  return group.every(({ status }) => status === IMPOSSIBLE);
}

/** The groups that do not hold. */
function openGroups(wait: WaitSituation | undefined): ConditionRecord[][] {
  if (!wait) return [];
  const groups = [...Map.groupBy(wait.conditions, ({ groupPlace }) => groupPlace).values()];
  const open = groups.filter((group) => !group.some(({ status }) => status === MET));
  return wait.onImpossible === OnImpossible.RUN ? open.filter((group) => !isImpossible(group)) : open;
}

/** The tasks that conditions which are shown wait for. */
export function awaitedIds(wait: Omit<WaitSituation, "awaited">): string[] {
  const shown = openGroups({ ...wait, awaited: new Map() })
    .flat()
    .slice(0, shownMax);
  return [...new Set(shown.flatMap(({ onTaskId }) => onTaskId ?? []))];
}

function sentenceOf(groups: readonly ConditionRecord[][], isStuck: boolean, situation: Situation): string {
  if (groups.length === 0) return "What it waited for has come, and it is about to go on.";
  const named = groups.slice(0, namedMax).map((group) => {
    const any = group.slice(0, namedMax).map((condition) => whatItIs(condition, situation));
    const others = group.length > namedMax ? ["something else"] : [];
    return `${group.length > 1 ? "either " : ""}${listed([...any, ...others], "or")}`;
  });
  const more = groups.length > namedMax ? [`${groups.length - namedMax} more`] : [];
  const what = listed([...named, ...more], "and");
  return isStuck ? `It waits for what can no longer come: ${what}.` : `It waits for ${what}.`;
}

function openCondition(condition: ConditionRecord, situation: Situation): OpenCondition {
  const { name, groupPlace, status, onTaskId, atTime, channel, count } = condition;
  const what = whatItIs(condition, situation);
  const onTask = onTaskId === null ? undefined : situation.wait?.awaited.get(onTaskId);
  return create(OpenConditionSchema, {
    name,
    group: groupPlace,
    status,
    sentence: status === IMPOSSIBLE ? `It can no longer have ${what}.` : `It waits for ${what}.`,
    taskId: onTaskId ?? "",
    taskState: onTask?.state ?? TaskState.UNSPECIFIED,
    time: atTime ? timestampOfDate(atTime) : undefined,
    channel: channel ?? "",
    count: channel === null ? 0 : (count ?? 1),
  });
}

/** `the success of task …, which is RUNNING`. */
function whatItIs(condition: ConditionRecord, { now, task, wait }: Situation): string {
  const { onTaskId, atTime, channel, count, accepts } = condition;
  if (atTime) {
    const leftMs = atTime.getTime() - now.getTime();
    const when = leftMs > 0 ? `in ${spokenMs(leftMs)}` : `${spokenSince(atTime, now)} ago`;
    return `the time ${atTime.toISOString()} (${when})`;
  }
  if (onTaskId === null) {
    const where = channel === null || channel === channelOfTask(task.taskId) ? "itself" : `the channel ${channel}`;
    return (count ?? 1) === 1 ? `a signal to ${where}` : `${count} signals to ${where}`;
  }
  const accepted = taskStates.filter((state) => (accepts & bitOf(state)) !== 0);
  const isSuccess = accepted.length === 1 && accepted[0] === TaskState.SUCCEEDED;
  const end = isSuccess ? "success" : `end as ${listed(accepted.map(stateName), "or")}`;
  return `the ${end} of task ${onTaskId}${whichIs(condition, wait?.awaited.get(onTaskId))}`;
}

function whichIs({ status, discharged }: ConditionRecord, awaited: AwaitedTask | undefined): string {
  if (awaited === undefined) return "";
  const lacks = status === PENDING && awaited.state === TaskState.SUCCEEDED && discharged && !awaited.discharged;
  return `, which is ${stateName(awaited.state)}${lacks ? " without saying where its result is" : ""}`;
}
