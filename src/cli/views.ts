// The receipts of a task and the open obligations, as tables.

import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { callMethod } from "./call.ts";
import { type Command, type Context, UsageError } from "./command.ts";
import { renderTable } from "./table.ts";

export const receipts: Command = {
  usage: "receipts <task-id>",
  about: "shows the receipts of a task as a table",
  takesServerFlags: false,
  async run(context) {
    const [taskId] = context.arguments;
    if (!taskId) throw new UsageError("the id of the task is missing");
    for (const line of await receiptTable(context, taskId)) context.terminal.print(line);
    return 0;
  },
};

export const open: Command = {
  usage: "open",
  about: "shows your open obligations as a table",
  takesServerFlags: false,
  async run(context) {
    for (const line of await obligationTable(context)) context.terminal.print(line);
    return 0;
  },
};

export async function receiptTable(context: Context, taskId: string): Promise<string[]> {
  const list = await readAll(
    context,
    ReceiptService.method.listReceipts,
    { task_id: taskId },
    "receipts",
    "page_token",
    "next_page_token",
  );
  const shortIds = new Map(list.map((receipt) => [text(receipt["receipt_id"]), `#${text(receipt["sequence"])}`]));
  const rows = list.map((receipt) => [
    `#${text(receipt["sequence"])}`,
    text(receipt["type"]).replace("RECEIPT_TYPE_", "").toLowerCase().replace("_", "."),
    principal(receipt["from"]),
    principal(receipt["to"]),
    items(receipt["parents"])
      .map((parent) => shortIds.get(text(parent)) ?? text(parent))
      .join(" "),
    text(receipt["create_time"]),
    text(receipt["receipt_id"]),
  ]);
  return renderTable(["no", "type", "from", "to", "parents", "time", "receipt"], rows);
}

export async function obligationTable(context: Context): Promise<string[]> {
  const list = await readAll(
    context,
    ObligationService.method.listOpenObligations,
    {},
    "open_obligations",
    "cursor",
    "cursor",
  );
  if (list.length === 0) return ["nothing is open"];
  const rows = list.map((obligation) => {
    const receipt = object(obligation["receipt"]);
    return [
      text(receipt["type"]).replace("RECEIPT_TYPE_", "").toLowerCase().replace("_", "."),
      text(receipt["task_id"]),
      text(obligation["task_state"]).replace("TASK_STATE_", ""),
      text(obligation["age"]),
      text(obligation["why"]),
    ];
  });
  return renderTable(["obligation", "task", "state", "age", "why"], rows);
}

async function readAll(
  context: Context,
  method: DescMethod,
  request: JsonObject,
  list: string,
  tokenIn: string,
  tokenOut: string,
): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (let token = ""; ; ) {
    const answer = object(await callMethod(context, method, { ...request, [tokenIn]: token }));
    all.push(...items(answer[list]).map(object));
    token = text(answer[tokenOut]);
    if (token === "") return all;
  }
}

export function principal(value: JsonValue | undefined): string {
  const { kind, id } = object(value);
  return `${text(kind).replace("PRINCIPAL_KIND_", "").toLowerCase()}:${text(id)}`;
}

export function object(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

export function items(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: JsonValue | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}
