// Resources: what is open, a task, a receipt, each read through the caller's own credential. A subscription is a watch
// call under that credential, so it ends with it and tells nothing that a call would not.
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import {
  ListOpenObligationsRequestSchema,
  ListOpenObligationsResponseSchema,
  ObligationService,
} from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import {
  GetReceiptRequestSchema,
  GetReceiptResponseSchema,
  ReceiptService,
} from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import {
  GetTaskRequestSchema,
  GetTaskResponseSchema,
  TaskService,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { callMethod, type Line } from "./line.ts";
import { answerJson } from "./results.ts";

export const openObligationsUri = "asyncgate://obligations/open";
const taskPrefix = "asyncgate://tasks/";
const receiptPrefix = "asyncgate://receipts/";
const mimeType = "application/json";
/** As many as a model can make use of; the tool has pages. */
const openObligationsMax = 50;

export const resources = [
  {
    uri: openObligationsUri,
    name: "open_obligations",
    title: "What is open",
    description: "What you owe or have handed over that has not been discharged, oldest first.",
    mimeType,
  },
];

export const resourceTemplates = [
  {
    uriTemplate: `${taskPrefix}{task_id}`,
    name: "task",
    title: "A task",
    description: "One task as it stands: its request, state, progress and outcome.",
    mimeType,
  },
  {
    uriTemplate: `${receiptPrefix}{receipt_id}`,
    name: "receipt",
    title: "A receipt",
    description: "One receipt of the ledger. It never changes.",
    mimeType,
  },
];

/** Undefined: no resource of ours has such a uri. */
export async function readResource(line: Line, uri: string, signal?: AbortSignal): Promise<unknown> {
  if (uri === openObligationsUri) {
    const request = create(ListOpenObligationsRequestSchema, { pageSize: openObligationsMax });
    const answer = await callMethod(line, ObligationService.method.listOpenObligations, request, signal);
    return answerJson(ListOpenObligationsResponseSchema, answer);
  }
  const taskId = idOf(uri, taskPrefix);
  if (taskId !== undefined) {
    const request = create(GetTaskRequestSchema, { taskId });
    return answerJson(GetTaskResponseSchema, await callMethod(line, TaskService.method.getTask, request, signal));
  }
  const receiptId = idOf(uri, receiptPrefix);
  if (receiptId === undefined) return undefined;
  const request = create(GetReceiptRequestSchema, { receiptId });
  return answerJson(
    GetReceiptResponseSchema,
    await callMethod(line, ReceiptService.method.getReceipt, request, signal),
  );
}

export function resourceContents(uri: string, json: unknown) {
  return { contents: [{ uri, mimeType, text: JSON.stringify(json) }] };
}

export function isResource(uri: string): boolean {
  return uri === openObligationsUri || idOf(uri, taskPrefix) !== undefined || idOf(uri, receiptPrefix) !== undefined;
}

/** Calls back whenever what the uri names has changed, until the signal aborts or the watch cannot go on. */
export async function watchResource(
  { transport, headers }: Line,
  uri: string,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  const options = { headers, signal };
  const taskId = idOf(uri, taskPrefix);
  if (uri === openObligationsUri) {
    let isCaughtUp = false;
    for await (const { caughtUp } of createClient(ObligationService, transport).watchOpenObligations({}, options)) {
      // What was open at the start is no change.
      if (isCaughtUp) onChange();
      isCaughtUp ||= caughtUp;
    }
  } else if (taskId !== undefined) {
    let isFirst = true;
    for await (const _update of createClient(TaskService, transport).watchTask({ taskId }, options)) {
      if (!isFirst) onChange();
      isFirst = false;
    }
  }
  // A receipt never changes, so there is nothing to watch.
}

function idOf(uri: string, prefix: string): string | undefined {
  const id = uri.startsWith(prefix) ? uri.slice(prefix.length) : "";
  return /^[0-9a-f-]{36}$/i.test(id) ? id.toLowerCase() : undefined;
}
