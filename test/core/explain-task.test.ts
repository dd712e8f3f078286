// The table of obstacles: every state has one, or is one from which a worker can have the task; and what it says.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { AgentCheckSchema } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { ObstacleKind } from "../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import { OnImpossible, TaskSchema, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { explainTask } from "../../src/core/explain-task.ts";
import { mayBeLeased } from "../../src/core/grant-policy.ts";
import { heartbeatsOf, obstacleOfState } from "../../src/core/obstacles.ts";
import { parsePrincipal } from "../../src/core/principal.ts";
import type { Situation } from "../../src/core/situation.ts";
import { counted, listed, spokenMs } from "../../src/core/spoken.ts";
import { never } from "../../src/core/task-record.ts";
import { hasEnded, isHeld, nextState, stateName, taskStates } from "../../src/core/transitions.ts";

const now = new Date("2026-11-30T12:00:00Z");
const terms = create(TaskSchema, { type: "t", queue: "default", maxAttempts: 3 });

/** The least that is known of a task in a state. */
function bare(state: TaskState, more: Partial<Situation> = {}): Situation {
  const isWaiting = !hasEnded(state) && !isHeld(state);
  return {
    now,
    task: { taskId: "id", state, version: 1, attempt: 1, leaseLosses: 0, deliveries: 0 },
    terms,
    place: terms,
    barred: [],
    review: undefined,
    waiting: isWaiting ? { eligibleTime: state === TaskState.QUEUED ? now : never, failTime: null } : undefined,
    held: undefined,
    ended: undefined,
    taskPause: undefined,
    queuePause: undefined,
    suspendTime: undefined,
    wait: undefined,
    scopeWait: undefined,
    question: undefined,
    fullLimits: [],
    workers: { connected: 1, fitting: 1, offers: new Map() },
    ahead: undefined,
    progress: undefined,
    lastFailure: undefined,
    ...more,
  };
}

test("every state that a task cannot be claimed from has an obstacle, and QUEUED alone has none", () => {
  for (const state of taskStates) {
    const isClaimable = nextState(state, "claim") !== undefined;
    const { unmet, summary } = explainTask(bare(state));
    const kinds = unmet.map(({ kind }) => kind);
    expect(obstacleOfState[state] === undefined, `the obstacle of ${stateName(state)}`).toBe(isClaimable);
    expect(kinds, stateName(state)).toEqual(isClaimable ? [] : [obstacleOfState[state]]);
    expect(summary).toMatch(new RegExp(`^${stateName(state)}\\. \\S.*\\.$`));
  }
});

test("every state of the contract has an obstacle, also one that is not reached yet", () => {
  const states = Object.values(TaskState).filter((state) => state !== TaskState.UNSPECIFIED);
  expect(states.filter((state) => obstacleOfState[state] === undefined)).toEqual([TaskState.QUEUED]);
});

test("every kind of obstacle is told in some situation", () => {
  const pause = { pauseTime: now, principal: "human:olga", reason: "", eligibleTime: null };
  const own = { key: "repo:a/", isWrite: true };
  const scopeWait = {
    own,
    heldKey: "repo:a/b/",
    isOfSession: false,
    heldByTaskId: "other",
    since: now,
    holder: undefined,
  };
  const told = [
    ...Object.values(TaskState).map((state) => bare(state)),
    bare(TaskState.QUEUED, { suspendTime: now }),
    bare(TaskState.QUEUED, { queuePause: pause }),
    bare(TaskState.QUEUED, { waiting: { eligibleTime: new Date(now.getTime() + 1), failTime: null } }),
    bare(TaskState.QUEUED, { waiting: { eligibleTime: now, failTime: now } }),
    bare(TaskState.QUEUED, { fullLimits: [{ limit: "live_leases_max", bound: 0, value: 0 }] }),
    bare(TaskState.QUEUED, { workers: { connected: 0, fitting: 0, offers: new Map() } }),
    bare(TaskState.QUEUED, { ahead: 1 }),
    bare(TaskState.QUEUED, { scopeWait }),
    bare(TaskState.QUEUED, { unwell: [create(AgentCheckSchema, { agentId: "painter" })] }),
    bare(TaskState.QUEUED, { place: { ...terms, addressee: parsePrincipal("worker:w") }, barred: ["worker:w"] }),
  ].flatMap((situation) => {
    const { unmet, delays } = explainTask(situation);
    return [...unmet, ...delays].map(({ kind }) => kind);
  });
  expect(Object.values(ObstacleKind).filter((kind) => !told.includes(kind))).toEqual([ObstacleKind.UNSPECIFIED]);
});

test("law 27: nothing is unmet of a waiting task exactly if the grant policy lets it be leased", () => {
  const times = [-1, 0, 1].map((ms) => new Date(now.getTime() + ms));
  const pause = { pauseTime: now, principal: "human:olga", reason: "" };
  for (const eligibleTime of [...times, never])
    for (const failTime of [...times, null])
      for (const queuePause of [undefined, pause]) {
        const state = eligibleTime === never ? TaskState.BLOCKED : TaskState.QUEUED;
        const { unmet } = explainTask(bare(state, { waiting: { eligibleTime, failTime }, queuePause }));
        const may = mayBeLeased({ eligibleTime, failTime, now, isQueuePaused: queuePause !== undefined });
        expect(unmet.length === 0).toBe(may);
      }
});

test("a wait that is met, or counts as met, and is not looked at yet is told as such", () => {
  const wait = { groupsLeft: 1, onImpossible: OnImpossible.RUN, conditions: [], awaited: new Map() };
  const [told] = explainTask(bare(TaskState.BLOCKED, { wait })).unmet;
  expect(told?.sentence).toBe("What it waited for has come, and it is about to go on.");
});

test("heartbeats are missing when a third of the TTL has passed once more", () => {
  const lease = { leaseId: "", worker: "worker:w", instance: "", fence: 1, onStream: false, startTime: null };
  const held = { ...lease, grantTime: now, ttlMs: 60_000, failTime: null, cancelTime: null };
  const at = (ms: number) => {
    const expireTime = new Date(now.getTime() + 60_000);
    return heartbeatsOf({ ...held, expireTime }, new Date(now.getTime() + ms)).missed;
  };
  expect([0, 20_000, 20_001, 40_000, 40_001, 59_999].map(at)).toEqual([0, 0, 1, 1, 2, 2]);
});

test("times, numbers and lists are told as people say them", () => {
  const ms = [0, 125, 999, 1_000, 90_000, 120_000, 7_199_000, 7_200_000, 172_800_000];
  expect(ms.map(spokenMs)).toEqual(["0 ms", "125 ms", "999 ms", "1 s", "90 s", "2 min", "120 min", "2 h", "2 d"]);
  expect([counted(1, "lease"), counted(2, "lease"), counted(0, "lease")]).toEqual(["1 lease", "2 leases", "0 leases"]);
  expect([listed([], "and"), listed(["a"], "or"), listed(["a", "b", "c"], "and")]).toEqual(["", "a", "a, b and c"]);
});
