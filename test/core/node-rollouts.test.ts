// The rules of roll-outs, played to the end with drawn answers: never more nodes than allowed at once, no node before
// all canaries have applied it, none after too many have failed, and an end in any case.
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { NodeConfigStatus, NodeState } from "../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  NodeRolloutFailureAction,
  NodeRolloutNodeStatus,
  NodeRolloutPlanSchema,
  NodeRolloutState,
} from "../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import {
  completePlan,
  countOf,
  countsOf,
  inOrder,
  isLeft,
  isLive,
  isOutstanding,
  moved,
  nextStep,
  stateAfterCall,
  statusAfterAnswer,
  statusAfterTime,
} from "../../src/core/node-rollouts.ts";

const { PENDING, ISSUED, FAILED, TIMED_OUT, TO_REVERT, REVERTING } = NodeRolloutNodeStatus;
const { RUNNING, PAUSED, ROLLING_BACK, COMPLETED, ROLLED_BACK, CANCELED } = NodeRolloutState;

type Played = { state: number; statuses: number[]; counts: readonly number[]; canariesLeft: number };

/** Does the steps that an engine would, until there is nothing to do but wait. */
function settle(played: Played, plan: ReturnType<typeof completePlan>): void {
  for (let steps = 0; steps < 1_000; steps += 1) {
    const step = nextStep({ ...played, plan });
    if (step.do === "wait") return;
    if (step.do === "become") {
      played.state = step.state;
      if (step.state === ROLLING_BACK) {
        for (const [place, status] of played.statuses.entries())
          if (status !== PENDING) put(played, plan, place, TO_REVERT);
      }
      continue;
    }
    const [from, to] = step.do === "issue" ? [PENDING, ISSUED] : [TO_REVERT, REVERTING];
    const last = step.do === "issue" && step.canariesOnly ? plan.canaryCount : played.statuses.length;
    const places = played.statuses.flatMap((status, place) => (status === from && place < last ? [place] : []));
    if (places.length === 0) return;
    for (const place of places.slice(0, step.most)) put(played, plan, place, to);
  }
  throw new Error("there is always a further step");
}

function put(played: Played, { canaryCount }: { readonly canaryCount: number }, place: number, status: number): void {
  const before = played.statuses[place] ?? 0;
  played.statuses[place] = status;
  played.counts = moved(played.counts, before, status);
  if (place < canaryCount) played.canariesLeft += Number(isLeft(status)) - Number(isLeft(before));
}

const plans = fc.record({
  canaryCount: fc.integer({ min: 0, max: 5 }),
  batchSize: fc.integer({ min: 0, max: 4 }),
  onFailure: fc.constantFrom(NodeRolloutFailureAction.PAUSE, NodeRolloutFailureAction.ROLL_BACK),
  failuresMax: fc.integer({ min: 0, max: 3 }),
});

test("whatever nodes answer, batches, canaries and failures are kept to, and the roll-out comes to rest", () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 12 }), fc.infiniteStream(fc.nat(99)), (asked, nodes, draws) => {
      const plan = completePlan(create(NodeRolloutPlanSchema, asked), nodes);
      const draw = () => draws.next().value as number;
      const played: Played = {
        state: RUNNING,
        statuses: new Array<number>(nodes).fill(PENDING),
        counts: countsOf(nodes),
        canariesLeft: plan.canaryCount,
      };
      settle(played, plan);
      for (let answers = 0; played.statuses.some(isOutstanding); answers += 1) {
        expect(answers).toBeLessThan(3 * nodes);
        const { statuses, counts } = played;
        expect(statuses.filter(isOutstanding).length).toBeLessThanOrEqual(plan.batchSize);
        const isCanaryLeft = statuses.slice(0, plan.canaryCount).some(isLeft);
        if (isCanaryLeft && played.state === RUNNING) {
          expect(statuses.slice(plan.canaryCount).every((status) => status === PENDING)).toBe(true);
        }
        if (played.state === RUNNING) expect(countOf(counts, FAILED, TIMED_OUT)).toBeLessThanOrEqual(plan.failuresMax);
        const open = statuses.flatMap((status, place) => (isOutstanding(status) ? [place] : []));
        const place = open[draw() % open.length] ?? 0;
        const before = statuses[place] ?? 0;
        const luck = draw();
        const answer = luck < 80 ? NodeConfigStatus.APPLIED : NodeConfigStatus.FAILED;
        put(played, plan, place, luck < 95 ? statusAfterAnswer(before, answer) : statusAfterTime(before));
        settle(played, plan);
      }
      const { state, statuses } = played;
      expect([PAUSED, COMPLETED, ROLLED_BACK]).toContain(state);
      if (state === COMPLETED) expect(statuses).not.toContain(PENDING);
      expect(played.counts).toEqual(countsOf(0).map((_, status) => statuses.filter((one) => one === status).length));
    }),
  );
});

test("nodes that report come first, by id, and those out of service not at all", () => {
  const now = new Date(1_000_000);
  const { ACTIVE, REGISTERED, INACTIVE, DRAINING } = NodeState;
  const node = (nodeId: string, state: number, reportTime: Date | null = now) => ({ nodeId, state, reportTime });
  const nodes = [
    node("a", ACTIVE, new Date(0)),
    node("b", ACTIVE),
    node("c", INACTIVE),
    node("d", REGISTERED, null),
    node("e", DRAINING),
  ];
  expect(inOrder(nodes, now)).toEqual(["b", "e", "a", "d"]);
});

test("an operator's calls lead only from where they may", () => {
  const states = [RUNNING, PAUSED, ROLLING_BACK, COMPLETED, ROLLED_BACK, CANCELED];
  const table = (["pause", "resume", "roll back", "cancel"] as const).map((change) =>
    states.map((state) => stateAfterCall(change, state) ?? "same"),
  );
  const no = "refused";
  expect(table).toEqual([
    [PAUSED, "same", no, no, no, no],
    ["same", RUNNING, no, no, no, no],
    [ROLLING_BACK, ROLLING_BACK, "same", no, "same", no],
    [CANCELED, CANCELED, CANCELED, no, no, "same"],
  ]);
  expect(states.filter(isLive)).toEqual([RUNNING, PAUSED, ROLLING_BACK]);
});
