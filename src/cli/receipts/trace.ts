// `asyncgate receipts trace <receipt or task>`: what led to a receipt and what came of it, as a list or a picture.
import type { JsonObject } from "@bufbuild/protobuf";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { CallFailed, type Command, type Context, UsageError } from "../command.ts";
import { items, object, text } from "../views.ts";
import { receiptsOf, receiptTable } from "./list.ts";
import { type Picture, toDot, toMermaid, toSvg } from "./pictures.ts";

const options = {
  svg: { type: "boolean" },
  dot: { type: "boolean" },
  mermaid: { type: "boolean" },
  json: { type: "boolean" },
} as const;

const pictures = { svg: toSvg, dot: toDot, mermaid: toMermaid } as const;

export const receiptsTrace: Command = {
  usage: "receipts trace <receipt or task> [--svg | --dot | --mermaid | --json]",
  about: "shows what led to a receipt and what came of it, across tasks; of a task, from its first receipt",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 1, most: 1, what: "the id of a receipt or a task" };
    const { values, positionals } = readArguments(context.arguments, options, words);
    const wanted = (["svg", "dot", "mermaid", "json"] as const).filter((form) => values[form]);
    if (wanted.length > 1) throw new UsageError(`--${wanted.join(" and --")} exclude each other`);
    const trace = await traceOf(context, positionals[0] ?? "");
    const { terminal } = context;
    const [form] = wanted;
    if (form === "json") terminal.print(JSON.stringify(trace, undefined, 2));
    else if (form) terminal.print(pictures[form](pictureOf(trace)));
    else for (const line of receiptTable(pictureOf(trace).receipts)) terminal.print(line);
    if (trace["truncated"] === true) terminal.say("there is more than one trace can hold: trace one of the last");
    return 0;
  },
};

async function traceOf(context: Context, id: string): Promise<JsonObject> {
  const method = ReceiptService.method.traceReceipt;
  try {
    return object(await callMethod(context, method, { receipt_id: id }));
  } catch (error) {
    if (!(error instanceof CallFailed || error instanceof UsageError)) throw error;
    // Not a receipt: perhaps a task. What that is refused with says more.
    const [first] = await receiptsOf(context, id);
    return object(await callMethod(context, method, { receipt_id: text(first?.["receipt_id"]) }));
  }
}

function pictureOf(trace: JsonObject): Picture {
  const receipts = [...items(trace["ancestors"]), trace["receipt"] ?? null, ...items(trace["descendants"])].map(object);
  const byId = new Map(receipts.map((receipt) => [text(receipt["receipt_id"]), receipt]));
  const ordered = [...byId.values()].sort(
    (one, other) =>
      text(one["create_time"]).localeCompare(text(other["create_time"])) ||
      text(one["task_id"]).localeCompare(text(other["task_id"])) ||
      Number(one["sequence"]) - Number(other["sequence"]),
  );
  return { receipts: parentsFirst(ordered), focus: text(object(trace["receipt"])["receipt_id"]) };
}

/** Receipts of one transaction have one time, and ids of tasks say nothing about which came of which. */
function parentsFirst(receipts: readonly JsonObject[]): JsonObject[] {
  const waiting = new Map(receipts.map((receipt) => [text(receipt["receipt_id"]), receipt]));
  const isNext = (receipt: JsonObject) => !items(receipt["parents"]).some((parent) => waiting.has(text(parent)));
  const ordered: JsonObject[] = [];
  while (waiting.size > 0) {
    const [id, next] = [...waiting].find(([, receipt]) => isNext(receipt)) ?? [...waiting][0] ?? [];
    if (!next) break;
    waiting.delete(id ?? "");
    ordered.push(next);
  }
  return ordered;
}
