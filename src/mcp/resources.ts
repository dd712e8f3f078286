// Resources: what is open, a task, a receipt, each read through the caller's own credential. A subscription is a watch
// call under that credential, so it ends with it and tells nothing that a call would not.
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import type { ReadResourceResult } from "@modelcontextprotocol/server";
import {
  ListOpenObligationsRequestSchema,
  ListOpenObligationsResponseSchema,
  ObligationService,
} from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import {
  GetOutputRequestSchema,
  type GetOutputResponse,
  OutputService,
} from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
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
const textType = "text/plain";
const bytesType = "application/octet-stream";
/** The end of a log: what a model wants of it first. */
const outputBytesMax = 32_768;
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
    uriTemplate: `${taskPrefix}{task_id}/output/{stream}`,
    name: "output",
    title: "The output of a task",
    description: "The last 32 KiB of what a task has printed to a stream, such as stdout.",
    mimeType: textType,
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
export async function readContents(
  line: Line,
  uri: string,
  signal?: AbortSignal,
): Promise<ReadResourceResult | undefined> {
  const output = outputOf(uri);
  if (output) return { contents: [{ uri, ...(await readOutputEnd(line, output, signal)) }] };
  const json = await readResource(line, uri, signal);
  return json === undefined ? undefined : { contents: [{ uri, mimeType, text: JSON.stringify(json) }] };
}

async function readOutputEnd(line: Line, output: OutputName, signal: AbortSignal | undefined) {
  const begin = { case: "lastBytes", value: BigInt(outputBytesMax) } as const;
  const request = create(GetOutputRequestSchema, { ...output, begin });
  const { part } = (await callMethod(line, OutputService.method.getOutput, request, signal)) as GetOutputResponse;
  const data = part?.data ?? new Uint8Array();
  const text = textOf(data);
  if (text !== undefined) return { mimeType: textType, text };
  return { mimeType: bytesType, blob: Buffer.from(data).toString("base64") };
}

/** The beginning may be cut within a character. Undefined: it is no text. */
function textOf(data: Uint8Array): string | undefined {
  const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;
  let from = 0;
  while (from < characterBytesMax && isContinuation(data[from])) from += 1;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data.subarray(from), { stream: true });
  } catch {
    return undefined;
  }
}

const characterBytesMax = 3;

/** What is JSON. */
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

export function isResource(uri: string): boolean {
  const isOfTask = idOf(uri, taskPrefix) !== undefined || outputOf(uri) !== undefined;
  return uri === openObligationsUri || isOfTask || idOf(uri, receiptPrefix) !== undefined;
}

export type Watcher = {
  /** From now on, every change is told. */
  readonly begun: () => void;
  readonly changed: () => void;
};

/** Tells whenever what the uri names has changed, until the signal aborts or the watch cannot go on. */
export async function watchResource(
  { transport, headers }: Line,
  uri: string,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<void> {
  const options = { headers, signal };
  const taskId = idOf(uri, taskPrefix);
  const output = outputOf(uri);
  if (output) return await watchOutput({ transport, headers }, output, watcher, signal);
  if (uri === openObligationsUri) {
    let isCaughtUp = false;
    for await (const { caughtUp } of createClient(ObligationService, transport).watchOpenObligations({}, options)) {
      // What was open at the start is no change.
      if (isCaughtUp) watcher.changed();
      else if (caughtUp) watcher.begun();
      isCaughtUp ||= caughtUp;
    }
  } else if (taskId !== undefined) {
    await tellAfterFirst(createClient(TaskService, transport).watchTask({ taskId }, options), watcher);
  } else {
    // A receipt never changes, so there is nothing to watch.
    watcher.begun();
  }
}

async function watchOutput({ transport, headers }: Line, output: OutputName, watcher: Watcher, signal: AbortSignal) {
  const request = { ...output, begin: { case: "lastBytes", value: 0n } as const, follow: true };
  await tellAfterFirst(createClient(OutputService, transport).readOutput(request, { headers, signal }), watcher);
}

/** The first message says how things stand; each further one is a change. */
async function tellAfterFirst(messages: AsyncIterable<unknown>, { begun, changed }: Watcher): Promise<void> {
  let isFirst = true;
  for await (const _message of messages) {
    if (isFirst) begun();
    else changed();
    isFirst = false;
  }
}

type OutputName = { readonly taskId: string; readonly stream: string };

function outputOf(uri: string): OutputName | undefined {
  const [task = "", stream = "", ...rest] = uri.split("/output/");
  const taskId = idOf(task, taskPrefix);
  if (taskId === undefined || stream === "" || rest.length > 0) return undefined;
  try {
    return { taskId, stream: decodeURIComponent(stream) };
  } catch {
    return undefined; // not percent-encoded UTF-8
  }
}

function idOf(uri: string, prefix: string): string | undefined {
  const id = uri.startsWith(prefix) ? uri.slice(prefix.length) : "";
  return /^[0-9a-f-]{36}$/i.test(id) ? id.toLowerCase() : undefined;
}
