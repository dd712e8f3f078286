// `asyncgate receipts <task>`: the receipts of a task as a table, with what went wrong.
import type { JsonObject } from "@bufbuild/protobuf";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command, Context } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, principal, readAll, receiptType, text } from "../views.ts";

export const receiptsList: Command = {
  usage: "receipts [list] <task> [--json]",
  about: "shows the receipts of a task as a table",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 1, most: 1, what: "the task's id or name:<name>" };
    const { values, positionals } = readArguments(context.arguments, { json: { type: "boolean" } }, words);
    const receipts = await receiptsOf(context, positionals[0] ?? "");
    if (values.json) context.terminal.print(JSON.stringify({ receipts }, undefined, 2));
    else for (const line of receiptTable(receipts)) context.terminal.print(line);
    return 0;
  },
};

/** An unknown task is refused, where a list of its receipts would be empty. */
export async function receiptsOf(context: Context, named: string): Promise<JsonObject[]> {
  const task = object(object(await callMethod(context, TaskService.method.getTask, { task_id: named }))["task"]);
  const pages = { list: "receipts", tokenIn: "page_token", tokenOut: "next_page_token" };
  return await readAll(context, ReceiptService.method.listReceipts, { task_id: text(task["task_id"]) }, pages);
}

export function receiptTable(receipts: readonly JsonObject[]): string[] {
  const shortIds = new Map(receipts.map((receipt) => [text(receipt["receipt_id"]), `#${text(receipt["sequence"])}`]));
  const rows = receipts.map((receipt) => [
    `#${text(receipt["sequence"])}`,
    receiptType(receipt["type"]),
    principal(receipt["from"]),
    principal(receipt["to"]),
    items(receipt["parents"])
      .map((parent) => shortIds.get(text(parent)) ?? text(parent))
      .join(" "),
    text(receipt["create_time"]),
    text(receipt["receipt_id"]),
    reasonOf(receipt),
  ]);
  const head = ["no", "type", "from", "to", "parents", "time", "receipt", "reason"];
  const hasReasons = rows.some((row) => row.at(-1) !== "");
  return hasReasons
    ? renderTable(head, rows)
    : renderTable(
        head.slice(0, -1),
        rows.map((row) => row.slice(0, -1)),
      );
}

/** One line of a table. `--json` has it whole. */
const reasonMax = 80;

/** Why a lease or a task ended otherwise than by success. */
export function reasonOf(receipt: JsonObject): string {
  const [body] = Object.values(object(receipt["body"]));
  const { error, reason, terminal_reason: terminal, lease_losses: losses } = object(body);
  const { type, message } = object(error);
  const ended = text(terminal).replace("TERMINAL_REASON_", "");
  const words = [
    [text(type), text(message)].filter((word) => word !== "").join(": "),
    text(reason),
    losses === undefined ? "" : `lease lost, ${text(losses)} so far`,
    ended === "UNSPECIFIED" || ended === "COMPLETED" ? "" : ended,
  ];
  const whole = words
    .filter((word) => word !== "")
    .join(", ")
    .replaceAll(/\s+/g, " ");
  return whole.length <= reasonMax ? whole : `${whole.slice(0, reasonMax - 1)}…`;
}
