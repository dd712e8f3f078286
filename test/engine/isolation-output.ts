// The part of isolation.test.ts about output.
import { create } from "@bufbuild/protobuf";
import {
  AppendOutputRequestSchema,
  CloseOutputRequestSchema,
  GetOutputRequestSchema,
  ListOutputsRequestSchema,
  ReadOutputRequestSchema,
} from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import { firstOf, type Probe, signal } from "./isolation-sessions.ts";

export function printing(leaseToken: string, text: string) {
  const data = new Uint8Array(Buffer.from(text));
  return create(AppendOutputRequestSchema, { leaseToken, stream: "stdout", data });
}

export const outputProbes = {
  appendOutputs: (op, { worker, all }, { token: leaseToken }) =>
    [worker, all].map((caller) => op.appendOutputs(caller, [printing(leaseToken, "x")])),
  closeOutput: (op, { worker, all }, { token: leaseToken }) =>
    [worker, all].map((caller) =>
      op.closeOutput(caller, create(CloseOutputRequestSchema, { leaseToken, stream: "stdout", length: 1n })),
    ),
  readOutput: (op, { agent, all }, { heldTaskId: taskId }) =>
    [agent, all].map((caller) => firstOf(op.readOutput(caller, create(ReadOutputRequestSchema, { taskId }), signal()))),
  getOutput: (op, { agent, all }, { heldTaskId: taskId }) =>
    [agent, all].map((caller) => op.getOutput(caller, create(GetOutputRequestSchema, { taskId }), signal())),
  listOutputs: (op, { agent, all }, { heldTaskId: taskId }) =>
    [agent, all].map((caller) => op.listOutputs(caller, create(ListOutputsRequestSchema, { taskId }))),
} satisfies Partial<Record<keyof Operations, Probe>>;
