// Probes of questions and answers, with another tenant's tokens and ids.
import type { Operations } from "../../src/engine/index.ts";
import { answering, asking } from "../helpers/questions.ts";
import type { Probe } from "./isolation-sessions.ts";

export const questionProbes = {
  requestInputs: (op, { worker }, { token }) => [op.requestInputs(worker, [asking(token)])],
  provideInput: (op, { agent, all }, { taskId, heldTaskId, receiptId }) =>
    [agent, all].flatMap((caller) =>
      [taskId, heldTaskId].map((id) =>
        op.provideInput(
          caller,
          answering({ taskId: id, inputId: receiptId }, "yes", { requestId: "the-same-key-in-both" }),
        ),
      ),
    ),
} satisfies Partial<Record<keyof Operations, Probe>>;
