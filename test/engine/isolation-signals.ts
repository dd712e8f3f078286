// The isolation of tenants: what operations about signals are asked with another tenant's ids.
import { create } from "@bufbuild/protobuf";
import {
  ListSignalsRequestSchema,
  SendSignalRequestSchema,
} from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { Probe } from "./isolation-sessions.ts";

export const signalProbes = {
  sendSignal: (op, { agent, all }, { taskId, heldTaskId }) =>
    [agent, all].flatMap((caller) =>
      [taskId, heldTaskId].map((value) =>
        op.sendSignal(caller, create(SendSignalRequestSchema, { to: { case: "taskId", value }, requestId: "r" })),
      ),
    ),
  listSignals: (op, { agent, all }, { taskId, heldTaskId }) =>
    [agent, all].flatMap((caller) =>
      [taskId, heldTaskId].flatMap((value) =>
        (["taskId", "takenByTaskId"] as const).map((of) =>
          op.listSignals(caller, create(ListSignalsRequestSchema, { of: { case: of, value } })),
        ),
      ),
    ),
} satisfies Partial<Record<keyof Operations, Probe>>;
