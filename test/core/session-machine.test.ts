// The session machine, cell by cell: every part of a frame and every event in every state.
import { readFileSync } from "node:fs";
import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseLoss, LeaseSchema } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { StreamEndReason, WelcomeSchema } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { sessionLeasesMax } from "../../src/core/limits.ts";
import { leaseRefused } from "../../src/core/refusal.ts";
import type { Effects, WorkEvent } from "../../src/core/work-events.ts";
import { frameParts, sessionStates } from "../../src/core/work-frames.ts";
import type { Frame, Machine } from "../helpers/work-machine.ts";
import { createMachine, lease, ttlMs, waysInto } from "../helpers/work-machine.ts";

const nameOf = (reason: StreamEndReason) => Object.entries(StreamEndReason).find(([, value]) => value === reason)?.[0];

/** The effects of an event in words; a dash if there are none. */
function inWords(before: string, { session }: Machine, effects: Effects): string {
  const words = [
    before === session.state ? "" : `→ ${session.state}`,
    effects.open ? "open" : "",
    effects.credit > 0 ? `credit ${effects.credit}` : "",
    ...effects.batches.map(
      (batch) => `${batch.kind} ${batch.kind === "return" ? batch.leases.length : batch.items.length}`,
    ),
    effects.writeHeartbeat ? "write heartbeat" : "",
    effects.inspect.length > 0 ? "inspect" : "",
    ...effects.settled.map(({ result }) => result.case ?? ""),
    effects.directives.length > 0
      ? `directive ${effects.directives.map(({ directive }) => directive.case).join()}`
      : "",
    effects.lost.length > 0 ? "lost" : "",
    effects.heartbeatAck ? "heartbeat ack" : "",
    effects.unsubscribe ? "unsubscribe" : "",
    effects.closeSession ? `${effects.closeSession.how} session` : "",
    effects.endStream ? endInWords(effects.endStream) : "",
    effects.finished ? "finished" : "",
  ];
  return words.filter((word) => word !== "").join(", ") || "–";
}

function endInWords({ notice, error, isCut }: NonNullable<Effects["endStream"]>): string {
  const words = ["end stream", notice && nameOf(notice.reason), error && "with an error", isCut && "cut"];
  return words.filter(Boolean).join(" ");
}

const leaseToken = "held";
const frames: Readonly<Record<(typeof frameParts)[number], Frame>> = {
  hello: { hello: {} },
  credit: { credit: { tasks: 3 } },
  accepts: { accepts: [{ leaseToken: "offered" }] },
  declines: { declines: [{ leaseToken: "offered" }] },
  heartbeat: { heartbeat: { sequence: 1n } },
  starts: { starts: [{ leaseToken }] },
  progress: { progress: [{ leaseToken }] },
  completes: { completes: [{ leaseToken }] },
  fails: { fails: [{ leaseToken }] },
  releases: { releases: [{ leaseToken }] },
  suspends: { suspends: [{ leaseToken }] },
  outputs: { outputs: [{ leaseToken }] },
  handOffs: { handOffs: [{ leaseToken }] },
  questions: { questions: [{ leaseToken }] },
  drain: { drain: {} },
  bye: { bye: {} },
};

const noChanges = { canceled: [], lost: [] };
const events: Readonly<Record<Exclude<WorkEvent["type"], "frame">, WorkEvent>> = {
  opened: { type: "opened", leases: [], expireAtMs: ttlMs },
  open_failed: { type: "open_failed" },
  offered: { type: "offered", leases: [lease("new")] },
  batch_done: { type: "batch_done", batch: { kind: "return", leases: [], why: "" }, answers: [] },
  heartbeat_written: { type: "heartbeat_written", expireTime: new Date(0), expireAtMs: ttlMs, changes: noChanges },
  heartbeat_failed: { type: "heartbeat_failed" },
  tasks_changed: { type: "tasks_changed", taskIds: ["task-held"] },
  inspected: { type: "inspected", changes: noChanges },
  session_ended: { type: "session_ended", reason: StreamEndReason.RESUMED_ELSEWHERE },
  unsubscribed: { type: "unsubscribed" },
  session_closed: { type: "session_closed" },
  requests_ended: { type: "requests_ended" },
  stream_broken: { type: "stream_broken" },
  slow_consumer: { type: "slow_consumer" },
  credential_revoked: { type: "credential_revoked" },
  tick: { type: "tick" },
  shutdown: { type: "shutdown", withinMs: 1_000 },
};

function cellsOf(name: string, act: (machine: Machine) => Effects): string[] {
  return sessionStates.map((state) => {
    const machine = waysInto[state]();
    expect(machine.session.state).toBe(state);
    try {
      return `${state} × ${name}: ${inWords(state, machine, act(machine))}`;
    } catch (error) {
      return `${state} × ${name}: never (${(error as Error).message})`;
    }
  });
}

// Each cell was reviewed by hand. A new state, part or event fails here until its cells are in the file.
const cells = readFileSync(new URL("./session-machine.cells.txt", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

test("every part of a frame and every event has in every state the effect that the table says", () => {
  const found = [
    ...frameParts.flatMap((part) => cellsOf(part, (machine) => machine.send(frames[part]))),
    ...Object.entries(events).flatMap(([name, event]) => cellsOf(name, (machine) => machine.apply(event))),
  ];
  expect(found).toHaveLength((frameParts.length + Object.keys(events).length) * sessionStates.length);
  expect(found).toEqual(cells);
});

test("the leases of a full session fit into one welcome, even if every name has its full length", () => {
  const [id, name, time] = ["x".repeat(36), "n".repeat(255), { seconds: 4_000_000_000n, nanos: 999_999_999 }];
  const lease = create(LeaseSchema, {
    ...{ leaseId: id, taskId: id, token: "t".repeat(77), fence: 2n ** 47n, renewals: 1_000_000 },
    ...{ grantTime: time, expireTime: time, ttl: { seconds: 1_800n, nanos: 999_999_999 } },
    worker: { principal: { kind: PrincipalKind.WORKER, id: name }, instance: name },
  });
  const bytes = toBinary(WelcomeSchema, create(WelcomeSchema, { leases: [lease] })).length;
  expect(bytes * sessionLeasesMax).toBeLessThan(4 * 1024 * 1024 - 10_000);
});

const limits = ({ directives }: Effects) =>
  directives.flatMap(({ directive }) => (directive.case === "leaseLimit" ? [directive.value.leasesMax] : []));

test("a worker with more credits than a session may have leases is told so once, until its credits fit", () => {
  const machine = createMachine(2);
  machine.send({ hello: {} });
  machine.apply({ type: "opened", leases: [lease("a")], expireAtMs: ttlMs });
  const given = machine.send({ credit: { tasks: 3 } });
  expect([given.credit, limits(given)]).toEqual([1, []]);
  const full = machine.apply({ type: "offered", leases: [lease("b")] });
  expect([full.credit, limits(full)]).toEqual([0, [2]]);
  const end = (name: string) => {
    const [batch] = machine.send({ completes: [{ leaseToken: name, requestId: name }] }).batches;
    if (!batch) throw new Error("nothing is completed");
    return machine.apply({ type: "batch_done", batch, answers: [{ receiptId: "r" }] });
  };
  // Full again at once, with one credit left: the worker knows.
  expect(end("a").credit).toBe(1);
  expect(limits(machine.apply({ type: "offered", leases: [lease("c")] }))).toEqual([]);
  // All credits have fit once, so it is told again.
  end("b");
  expect(limits(machine.apply({ type: "offered", leases: [lease("d")] }))).toEqual([]);
  expect(limits(machine.send({ credit: { tasks: 1 } }))).toEqual([2]);
});

test("a report that ends its lease is answered, and the worker is told at once that the lease is lost", () => {
  const machine = createMachine();
  machine.send({ hello: {} });
  machine.apply({ type: "opened", leases: [lease("a"), lease("b")], expireAtMs: ttlMs });
  const [batch] = machine.send({ progress: [{ leaseToken: "a" }, { leaseToken: "b" }] }).batches;
  if (!batch) throw new Error("nothing is reported");
  const stopped = { sequence: 1n, receiptId: "r", overBudget: true };
  const kept = { ...stopped, expireTime: { seconds: 1n, nanos: 0 } };
  const told = machine.apply({ type: "batch_done", batch, answers: [stopped, kept] });
  expect(told.settled.map(({ result }) => result.case)).toEqual(["progressed", "progressed"]);
  expect(told.lost.map(({ leaseToken: token }) => token)).toEqual(["a"]);
  expect(told.removed.map(({ token }) => token)).toEqual(["a"]);
});

test("a worker that reports on a task is told that its lease is lost, not only that its report was refused", () => {
  const machine = createMachine();
  machine.send({ hello: {} });
  machine.apply({ type: "opened", leases: ["a", "b", "c"].map(lease), expireAtMs: ttlMs });
  const refusal = leaseRefused(
    ErrorReason.LEASE_EXPIRED,
    { taskId: "", leaseId: "", state: TaskState.QUEUED, fence: 1n },
    "expired",
  );
  const told = [
    { starts: [{ leaseToken: "a" }] },
    { progress: [{ leaseToken: "b" }] },
    { completes: [{ leaseToken: "c" }] },
  ]
    .flatMap((frame) => machine.send(frame).batches)
    .map((batch) => machine.apply({ type: "batch_done", batch, answers: [refusal] }));
  expect(told.map(({ settled }) => settled.map(({ result }) => result.case))).toEqual(told.map(() => ["error"]));
  const lost = (name: string) => ({ leaseToken: name, leaseId: `lease-${name}`, loss: LeaseLoss.EXPIRED });
  expect(told.map((effects) => effects.lost)).toMatchObject([[lost("a")], [lost("b")], []]);
});

test("what happens to a task while an item is in flight is looked at when that is answered, if it goes on", () => {
  const machine = createMachine();
  machine.send({ hello: {} });
  machine.apply({ type: "opened", leases: [lease("a"), lease("b")], expireAtMs: ttlMs });
  const [reports] = machine.send({ progress: [{ leaseToken: "a" }] }).batches;
  const [ends] = machine.send({ completes: [{ leaseToken: "b" }] }).batches;
  if (!reports || !ends) throw new Error("nothing is in flight");
  // More is on its way: the lease is never without an item.
  machine.send({ progress: [{ leaseToken: "a" }] });
  const hinted = machine.apply({ type: "tasks_changed", taskIds: ["task-a", "task-b"] });
  expect(hinted.inspect).toEqual([]);
  const ended = machine.apply({ type: "batch_done", batch: ends, answers: [{ receiptId: "r" }] });
  expect(ended.inspect).toEqual([]);
  const answer = { expireTime: { seconds: 1n, nanos: 0 }, cancelRequested: false };
  const looked = machine.apply({ type: "batch_done", batch: reports, answers: [answer] });
  expect(looked.inspect.map(({ token }) => token)).toEqual(["a"]);
  const wish = { taskId: "task-a", leaseId: "lease-a", cancelReason: "no", cancelTime: new Date(0) };
  const told = machine.apply({ type: "inspected", changes: { canceled: [wish], lost: [] } });
  expect(told.directives.map(({ directive }) => directive.case)).toEqual(["cancel"]);
});
