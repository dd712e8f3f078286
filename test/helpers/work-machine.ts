// Session machines without a server, brought into any state by their events.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { StreamEndReason, WorkRequestSchema } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { sessionLeasesMax } from "../../src/core/limits.ts";
import { createSessionMachine, type SessionMachine, step } from "../../src/core/session-machine.ts";
import type { Effects, WorkEvent } from "../../src/core/work-events.ts";
import type { SessionState } from "../../src/core/work-frames.ts";
import type { HeldLease } from "../../src/core/work-holdings.ts";

export type Frame = MessageInitShape<typeof WorkRequestSchema>;
export const acceptWindowMs = 5_000;
export const ttlMs = 60_000;

export type Machine = {
  readonly session: SessionMachine;
  readonly send: (frame: Frame) => Effects;
  readonly apply: (event: WorkEvent) => Effects;
  readonly pass: (ms: number) => Effects;
};

export function createMachine(leasesMax = sessionLeasesMax): Machine {
  const session = createSessionMachine({ acceptWindowMs, leasesMax }, { check: () => undefined, callId: "call" });
  let nowMs = 0;
  const apply = (event: WorkEvent) => step(session, event, nowMs);
  return {
    session,
    apply,
    send: (frame) => apply({ type: "frame", frame: create(WorkRequestSchema, frame) }),
    pass(ms) {
      nowMs += ms;
      return apply({ type: "tick" });
    },
  };
}

export function lease(name: string): HeldLease {
  const claim = { taskId: `task-${name}`, leaseId: `lease-${name}`, fence: 1, worker: "worker:wanda" };
  return { claim, token: name, acceptedReceiptId: `receipt-${name}`, offeredUntilMs: undefined, isCancelSent: false };
}

/** Open, with the lease `held`, the offer `offered`, and one credit left. */
export function openMachine(leasesMax?: number): Machine {
  const machine = createMachine(leasesMax);
  machine.send({ hello: {} });
  machine.apply({ type: "opened", leases: [lease("held")], expireAtMs: ttlMs });
  machine.send({ credit: { tasks: 2 } });
  machine.apply({ type: "offered", leases: [lease("offered")] });
  return machine;
}

/** One path into each state. */
export const waysInto: Readonly<Record<SessionState, () => Machine>> = {
  AWAITING_HELLO: () => createMachine(),
  OPENING() {
    const machine = createMachine();
    machine.send({ hello: {} });
    return machine;
  },
  OPEN: () => openMachine(),
  DRAINING() {
    const machine = openMachine();
    machine.send({ drain: {} });
    return machine;
  },
  STOPPING() {
    const machine = openMachine();
    machine.apply({ type: "shutdown", withinMs: 1_000 });
    return machine;
  },
  ENDING() {
    const machine = openMachine();
    machine.apply({ type: "credential_revoked" });
    return machine;
  },
  RELEASING() {
    const machine = openMachine();
    machine.send({ bye: {} });
    machine.apply({ type: "unsubscribed" });
    return machine;
  },
  BROKEN() {
    const machine = openMachine();
    machine.apply({ type: "stream_broken" });
    return machine;
  },
  CLOSED() {
    const machine = openMachine();
    machine.apply({ type: "session_ended", reason: StreamEndReason.EXPIRED });
    machine.apply({ type: "unsubscribed" });
    return machine;
  },
};
