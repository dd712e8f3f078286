// A worker's session as a machine: every frame in every state and every event in every state, cell by cell.
import { readFileSync } from "node:fs";
import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { LeaseSchema } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { StreamEndReason, WelcomeSchema } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { sessionLeasesMax } from "../../src/core/session-machine.ts";
import type { Effects, WorkEvent } from "../../src/core/work-events.ts";
import { frameParts, sessionStates } from "../../src/core/work-frames.ts";
import type { Frame, Machine } from "../helpers/work-machine.ts";
import { lease, ttlMs, waysInto } from "../helpers/work-machine.ts";

const nameOf = (reason: StreamEndReason) => Object.entries(StreamEndReason).find(([, value]) => value === reason)?.[0];

/** What an event did, in words. Nothing at all is a dash. */
function told(before: string, { session }: Machine, effects: Effects): string {
  const words = [
    before === session.state ? "" : `→ ${session.state}`,
    effects.open ? "open" : "",
    effects.credit > 0 ? `credit ${effects.credit}` : "",
    ...effects.runs.map((run) => `${run.kind} ${run.kind === "return" ? run.leases.length : run.items.length}`),
    effects.heartbeat ? "heartbeat" : "",
    effects.look.length > 0 ? "look" : "",
    ...effects.settled.map(({ result }) => result.case ?? ""),
    effects.directives.length > 0 ? `wish ${effects.directives.map(({ directive }) => directive.case).join()}` : "",
    effects.lost.length > 0 ? "lost" : "",
    effects.heartbeatAck ? "beaten" : "",
    effects.leaveSeat ? "leave seat" : "",
    effects.close ? `close by ${effects.close.how}` : "",
    effects.endStream ? overInWords(effects.endStream) : "",
    effects.finished ? "finished" : "",
  ];
  return words.filter((word) => word !== "").join(", ") || "–";
}

function overInWords({ notice, error, cut }: NonNullable<Effects["endStream"]>): string {
  return ["over", notice && nameOf(notice.reason), error && "with an error", cut && "cut"].filter(Boolean).join(" ");
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
  drain: { drain: {} },
  bye: { bye: {} },
};

const events: Readonly<Record<Exclude<WorkEvent["type"], "frame">, WorkEvent>> = {
  opened: { type: "opened", leases: [], aliveUntilMs: ttlMs },
  unopened: { type: "unopened" },
  offered: { type: "offered", leases: [lease("new")] },
  settled: { type: "settled", run: { kind: "return", leases: [], why: "" }, answers: [] },
  beaten: { type: "beaten", expireTime: new Date(0), aliveUntilMs: ttlMs, tidings: { canceled: [], lost: [] } },
  unbeaten: { type: "unbeaten" },
  heard: { type: "heard", taskIds: ["task-held"] },
  looked: { type: "looked", tidings: { canceled: [], lost: [] } },
  past: { type: "past", reason: StreamEndReason.RESUMED_ELSEWHERE },
  left: { type: "left" },
  closed: { type: "closed" },
  ended: { type: "ended" },
  broken: { type: "broken" },
  slow: { type: "slow" },
  revoked: { type: "revoked" },
  tick: { type: "tick" },
  shutdown: { type: "shutdown", withinMs: 1_000 },
};

function cellsOf(name: string, act: (machine: Machine) => Effects): string[] {
  return sessionStates.map((state) => {
    const machine = waysInto[state]();
    expect(machine.session.state).toBe(state);
    try {
      return `${state} × ${name}: ${told(state, machine, act(machine))}`;
    } catch (error) {
      return `${state} × ${name}: never (${(error as Error).message})`;
    }
  });
}

// Each cell was read and judged; a new state, part or event fails here until its cells stand in the file.
const cells = readFileSync(new URL("./session-machine.cells.txt", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

test("every part of a frame and every event does in every state what the table says", () => {
  const found = [
    ...frameParts.flatMap((part) => cellsOf(part, (machine) => machine.say(frames[part]))),
    ...Object.entries(events).flatMap(([name, event]) => cellsOf(name, (machine) => machine.apply(event))),
  ];
  expect(found).toHaveLength((frameParts.length + Object.keys(events).length) * sessionStates.length);
  expect(found).toEqual(cells);
});

test("all that a session may have fits into the welcome of a worker that comes back, whatever its name", () => {
  const [id, name, moment] = ["x".repeat(36), "n".repeat(255), { seconds: 4_000_000_000n, nanos: 999_999_999 }];
  const lease = create(LeaseSchema, {
    ...{ leaseId: id, taskId: id, token: "t".repeat(77), fence: 2n ** 47n, renewals: 1_000_000 },
    ...{ grantTime: moment, expireTime: moment, ttl: { seconds: 1_800n, nanos: 999_999_999 } },
    worker: { principal: { kind: PrincipalKind.WORKER, id: name }, instance: name },
  });
  const bytes = toBinary(WelcomeSchema, create(WelcomeSchema, { leases: [lease] })).length;
  expect(bytes * sessionLeasesMax).toBeLessThan(4 * 1024 * 1024 - 10_000);
});
