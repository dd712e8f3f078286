// `asyncgate obligations`: what the caller, or another principal, owes, as a table; with --watch, after each change.
import type { JsonObject } from "@bufbuild/protobuf";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { refusalReason } from "../call.ts";
import type { Command, Context } from "../command.ts";
import { readQueues } from "../queue.ts";
import { renderTable } from "../table.ts";
import { object, principalIn, readAll, receiptType, text } from "../views.ts";

const options = {
  of: { type: "string" },
  watch: { type: "boolean", short: "w" },
  json: { type: "boolean" },
} as const;

export const obligations: Command = {
  usage: "obligations [list] [--of <kind:id>] [--watch] [--json]",
  about: "shows your open obligations, or another principal's, as a table; --watch shows it again after each change",
  takesServerFlags: false,
  async run(context) {
    const { values } = readArguments(context.arguments, options, { least: 0, most: 0, what: "" });
    const request: JsonObject = values.of === undefined ? {} : { principal: principalIn(values.of) };
    if (values.watch) {
      // It follows a stream, for which much more is loaded.
      const { watchObligations } = await import("./watch.ts");
      return await watchObligations(context, request, values.json ?? false);
    }
    const list = await readObligations(context, request);
    if (values.json) context.terminal.print(JSON.stringify({ open_obligations: list }, undefined, 2));
    else for (const line of obligationTable(list)) context.terminal.print(line);
    if (list.length === 0 && !values.json) await tellWhatWaits(context);
    return 0;
  },
};

export const open: Command = {
  ...obligations,
  usage: "open [--of <kind:id>] [--watch] [--json]",
  about: "the same as obligations",
};

export async function readObligations(context: Context, request: JsonObject = {}): Promise<JsonObject[]> {
  const pages = { list: "open_obligations", tokenIn: "cursor", tokenOut: "cursor" };
  return await readAll(context, ObligationService.method.listOpenObligations, request, pages);
}

/** An operator owes little and asks what is open all the same: then work of others waits, and stands in its queues. */
async function tellWhatWaits(context: Context): Promise<void> {
  const queues = await readQueues(context, "").catch((error: unknown) => {
    if (refusalReason(error) === ErrorReason.PERMISSION_DENIED) return [];
    throw error;
  });
  const waiting = queues.reduce((sum, queue) => sum + Number(queue["waiting"] ?? 0), 0);
  if (waiting === 0) return;
  const tasks = waiting === 1 ? "1 task of the tenant waits" : `${waiting} tasks of the tenant wait`;
  context.terminal.say(`${tasks} for workers: asyncgate queue list; --of agent:… shows what another principal owes`);
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
