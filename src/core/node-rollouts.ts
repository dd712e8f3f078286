// Roll-outs as rules: what comes next, what an answer makes of a node, which nodes come first, what an operator may
// change. Pure; the engine does what they decide, one step after the other, in one transaction.
import { NodeConfigStatus, NodeState } from "../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  NodeRolloutFailureAction,
  NodeRolloutNodeStatus,
  type NodeRolloutPlan,
  type NodeRolloutProgress,
  NodeRolloutState,
  type NodeSelector,
} from "../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { durationOfMs, msOfDuration } from "./duration.ts";
import { stateOfNode } from "./nodes.ts";
import { invalidArgument, type Refusal } from "./refusal.ts";

const { PENDING, ISSUED, APPLIED, FAILED, TIMED_OUT, SKIPPED, TO_REVERT, REVERTING, REVERTED, NOT_REVERTED } =
  NodeRolloutNodeStatus;
const { RUNNING, PAUSED, ROLLING_BACK, COMPLETED, ROLLED_BACK, CANCELED } = NodeRolloutState;

/** As the contract says. */
const canariesDefault = 1;
const batchDefault = 10;
const answerTimeoutDefaultMs = 300_000;
export const rolloutsKept = 100;

/** Nodes that have not answered to what they were issued. */
export const outstanding = [ISSUED, REVERTING] as const;
export const failedStatuses = [FAILED, TIMED_OUT] as const;

export function isOutstanding(status: number): boolean {
  return status === ISSUED || status === REVERTING;
}

/** How many nodes have each status, by its number. */
export type Counts = readonly number[];

export function countsOf(nodes: number): Counts {
  return moved(new Array<number>(NOT_REVERTED + 1).fill(0), 0, PENDING, nodes).with(0, 0);
}

export function moved(counts: Counts, from: number, to: number, by = 1): Counts {
  return counts.map((count, status) => count - (status === from ? by : 0) + (status === to ? by : 0));
}

export function countOf(counts: Counts, ...statuses: readonly NodeRolloutNodeStatus[]): number {
  return statuses.reduce<number>((sum, status) => sum + (counts[status] ?? 0), 0);
}

export function progressOf(counts: Counts): NodeRolloutProgress {
  const of = (status: NodeRolloutNodeStatus) => countOf(counts, status);
  return {
    $typeName: "asyncgate.v1.NodeRolloutProgress",
    pending: of(PENDING),
    issued: of(ISSUED),
    applied: of(APPLIED),
    failed: of(FAILED),
    timedOut: of(TIMED_OUT),
    skipped: of(SKIPPED),
    toRevert: of(TO_REVERT),
    reverting: of(REVERTING),
    reverted: of(REVERTED),
    notReverted: of(NOT_REVERTED),
  };
}

/** With all that was left out, for so many nodes. */
export function completePlan(plan: NodeRolloutPlan | undefined, nodes: number): NodeRolloutPlan & Canaries {
  return {
    $typeName: "asyncgate.v1.NodeRolloutPlan",
    canaryCount: Math.min(plan?.canaryCount ?? canariesDefault, nodes),
    batchSize: plan?.batchSize || batchDefault,
    onFailure: plan?.onFailure || NodeRolloutFailureAction.PAUSE,
    failuresMax: plan?.failuresMax ?? 0,
    answerTimeout: plan?.answerTimeout ?? durationOfMs(answerTimeoutDefaultMs),
  };
}

type Canaries = { readonly canaryCount: number };

export function answerTimeoutMs({ answerTimeout }: Pick<NodeRolloutPlan, "answerTimeout">): number {
  return answerTimeout ? msOfDuration(answerTimeout) : answerTimeoutDefaultMs;
}

/** One of the three ways to select. */
export function checkSelector({ nodeIds, nodeIdPrefix, all }: NodeSelector): Refusal | undefined {
  const ways = [nodeIds.length > 0, nodeIdPrefix !== "", all].filter(Boolean).length;
  return ways === 1 ? undefined : selectorFault("must have one of node_ids, node_id_prefix and all");
}

export function selectorFault(description: string): Refusal {
  return invalidArgument([{ field: "nodes", description, rule: "node_rollout.nodes" }]);
}

export type Selectable = { readonly nodeId: string; readonly state: number; readonly reportTime: Date | null };

/** Nodes that report come first: the others only answer when they are back. */
export function inOrder(nodes: readonly Selectable[], now: Date): string[] {
  const inService = nodes.filter(({ state }) => state !== NodeState.INACTIVE);
  const reports = ({ state, reportTime }: Selectable) =>
    reportTime !== null && stateOfNode({ state, reportTime }, now) !== NodeState.LOST;
  return [...inService.filter(reports), ...inService.filter((node) => !reports(node))].map(({ nodeId }) => nodeId);
}

export function isLive(state: number): boolean {
  return state === RUNNING || state === PAUSED || state === ROLLING_BACK;
}

/** What rules look at of a roll-out. */
export type RolloutStanding = {
  readonly state: number;
  readonly counts: Counts;
  readonly canariesLeft: number;
  readonly plan: NodeRolloutPlan;
};

export type RolloutStep =
  | { readonly do: "wait" }
  | { readonly do: "become"; readonly state: NodeRolloutState }
  | { readonly do: "issue"; readonly most: number; readonly canariesOnly: boolean }
  | { readonly do: "revert"; readonly most: number };

const wait: RolloutStep = { do: "wait" };

/** The next step; after it, the next one is asked for again, until there is nothing to do but wait. */
export function nextStep(rollout: RolloutStanding): RolloutStep {
  if (rollout.state === RUNNING) return nextForward(rollout);
  return rollout.state === ROLLING_BACK ? nextBack(rollout) : wait;
}

function nextForward({ counts, canariesLeft, plan }: RolloutStanding): RolloutStep {
  const canariesOnly = canariesLeft > 0;
  const failures = countOf(counts, ...failedStatuses);
  if (failures > (canariesOnly ? 0 : plan.failuresMax)) {
    const isPause = plan.onFailure !== NodeRolloutFailureAction.ROLL_BACK;
    return { do: "become", state: isPause ? PAUSED : ROLLING_BACK };
  }
  if (countOf(counts, PENDING, ISSUED) === 0) return { do: "become", state: COMPLETED };
  // Of the canaries that are left, some may have to answer: then fewer are found.
  const most = Math.min(
    canariesOnly ? canariesLeft : countOf(counts, PENDING),
    plan.batchSize - countOf(counts, ISSUED),
  );
  return most > 0 ? { do: "issue", most, canariesOnly } : wait;
}

function nextBack({ counts, plan }: RolloutStanding): RolloutStep {
  if (countOf(counts, TO_REVERT, REVERTING) === 0) return { do: "become", state: ROLLED_BACK };
  const most = Math.min(countOf(counts, TO_REVERT), plan.batchSize - countOf(counts, REVERTING));
  return most > 0 ? { do: "revert", most } : wait;
}

/** What an answer makes of a node, to the version that it was issued last. */
export function statusAfterAnswer(status: number, answer: NodeConfigStatus): NodeRolloutNodeStatus {
  const isApplied = answer === NodeConfigStatus.APPLIED;
  switch (status) {
    case PENDING:
      // It is to be issued it again, and has applied it meanwhile.
      return isApplied ? APPLIED : PENDING;
    case ISSUED:
    case APPLIED:
    case FAILED:
    case TIMED_OUT:
      return isApplied ? APPLIED : FAILED;
    case SKIPPED:
      return isApplied ? APPLIED : SKIPPED;
    case REVERTING:
    case REVERTED:
    case NOT_REVERTED:
      return isApplied ? REVERTED : NOT_REVERTED;
    default:
      return status as NodeRolloutNodeStatus;
  }
}

/** What the end of its time makes of a node that has not answered. */
export function statusAfterTime(status: number): NodeRolloutNodeStatus {
  return status === REVERTING ? NOT_REVERTED : TIMED_OUT;
}

/** What it makes of a node that it is taken out of service. One that is pending is passed by when others are issued. */
export function statusOutOfService(status: number): NodeRolloutNodeStatus {
  if (status === ISSUED) return FAILED;
  return status === REVERTING || status === TO_REVERT ? NOT_REVERTED : (status as NodeRolloutNodeStatus);
}

/** Whether a canary of this status keeps others from being issued the configuration. */
export function isLeft(status: number): boolean {
  return status !== APPLIED && status !== SKIPPED;
}

export type RolloutChange = "pause" | "resume" | "roll back" | "cancel";

const changes: Readonly<
  Record<RolloutChange, { readonly to: NodeRolloutState; readonly from: readonly NodeRolloutState[] }>
> = {
  pause: { to: PAUSED, from: [RUNNING] },
  resume: { to: RUNNING, from: [PAUSED] },
  "roll back": { to: ROLLING_BACK, from: [RUNNING, PAUSED] },
  cancel: { to: CANCELED, from: [RUNNING, PAUSED, ROLLING_BACK] },
};

/** The state that an operator's call leads to; undefined if it is there already, "refused" if it cannot be. */
export function stateAfterCall(change: RolloutChange, state: number): NodeRolloutState | "refused" | undefined {
  const { to, from } = changes[change];
  if (state === to || (change === "roll back" && state === ROLLED_BACK)) return undefined;
  return from.includes(state as NodeRolloutState) ? to : "refused";
}
