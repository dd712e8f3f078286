// `asyncgate obligations`: what the caller owes, as a table; with --watch, again after each change.
import type { JsonObject } from "@bufbuild/protobuf";
import { toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { ObligationService, OpenObligationSchema } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { showJson } from "../facade/json-fields.ts";
import { readArguments } from "./arguments.ts";
import { describe, targetOf } from "./call.ts";
import { CallFailed, type Command, type Context } from "./command.ts";
import { renderTable } from "./table.ts";
import { object, readAll, receiptType, text } from "./views.ts";

const options = { watch: { type: "boolean", short: "w" }, json: { type: "boolean" } } as const;

export const obligations: Command = {
  usage: "obligations [list] [--watch] [--json]",
  about: "shows your open obligations as a table; --watch shows it again after each change",
  takesServerFlags: false,
  async run(context) {
    const { values } = readArguments(context.arguments, options, { least: 0, most: 0, what: "" });
    if (values.watch) return await watch(context, values.json ?? false);
    const list = await readObligations(context);
    if (values.json) context.terminal.print(JSON.stringify({ open_obligations: list }, undefined, 2));
    else for (const line of obligationTable(list)) context.terminal.print(line);
    return 0;
  },
};

export const open: Command = { ...obligations, usage: "open [--watch] [--json]", about: "the same as obligations" };

export async function readObligations(context: Context): Promise<JsonObject[]> {
  const pages = { list: "open_obligations", tokenIn: "cursor", tokenOut: "cursor" };
  return await readAll(context, ObligationService.method.listOpenObligations, {}, pages);
}

export function obligationTable(list: readonly JsonObject[]): string[] {
  if (list.length === 0) return ["nothing is open"];
  const rows = list.map((obligation) => {
    const receipt = object(obligation["receipt"]);
    return [
      receiptType(receipt["type"]),
      text(receipt["task_id"]),
      text(obligation["task_state"]).replace("TASK_STATE_", ""),
      ageOf(text(obligation["age"])),
      text(obligation["why"]),
    ];
  });
  return renderTable(["obligation", "task", "state", "age", "why"], rows);
}

/** `3d 4h` for 273600s: what a person reads of an age. */
export function ageOf(seconds: string): string {
  const whole = Math.floor(Number.parseFloat(seconds));
  if (!(whole >= 60)) return seconds;
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3_600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(" ");
}

/** Ages are those of the moment at which an obligation was told of; a table says when it was made. */
async function watch(context: Context, isJson: boolean): Promise<number> {
  const { transport, key } = await targetOf(context, ObligationService.method.watchOpenObligations);
  const { interrupted, print, clear } = context.terminal;
  const headers = { authorization: `Bearer ${key}` };
  const open = new Map<string, JsonObject>();
  try {
    const changes = createClient(ObligationService, transport).watchOpenObligations(
      {},
      { headers, signal: interrupted },
    );
    let isWhole = false;
    for await (const { opened, closedReceiptIds, caughtUp } of changes) {
      for (const one of opened) {
        const json = object(
          showJson(OpenObligationSchema, toJson(OpenObligationSchema, one, { useProtoFieldName: true })),
        );
        open.set(one.receipt?.receiptId ?? "", json);
      }
      for (const id of closedReceiptIds) open.delete(id);
      isWhole ||= caughtUp;
      if (!isWhole) continue;
      if (isJson) {
        print(JSON.stringify({ open_obligations: [...open.values()] }));
        continue;
      }
      clear?.();
      print(`${new Date().toISOString()}  ${open.size} open`);
      for (const line of obligationTable([...open.values()])) print(line);
    }
    return 0;
  } catch (error) {
    if (interrupted.aborted) return 0;
    throw new CallFailed(describe(error), { cause: error });
  }
}
