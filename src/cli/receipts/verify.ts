// `asyncgate receipts verify`: checks the hashes of a task's receipts, or of all that the tenant has.
import type { JsonObject } from "@bufbuild/protobuf";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, text } from "../views.ts";

const exitFaults = 1;

export const receiptsVerify: Command = {
  usage: "receipts verify [<task-id>] [--json]",
  about: "checks that no receipt of a task, or of the whole tenant, was changed or lost",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 0, most: 1, what: "" };
    const { values, positionals } = readArguments(context.arguments, { json: { type: "boolean" } }, words);
    const [taskId] = positionals;
    const { terminal } = context;
    const faults: JsonObject[] = [];
    let [chains, receipts, token] = [0, 0, ""];
    do {
      const request = { ...(taskId !== undefined && { task_id: taskId }), page_token: token };
      const page = object(await callMethod(context, ReceiptService.method.verifyLedger, request));
      faults.push(...items(page["faults"]).map(object));
      chains += Number(page["chains"] ?? 0);
      receipts += Number(page["receipts"] ?? 0);
      token = text(page["next_page_token"]);
      if (token !== "") terminal.say(`${receipts} receipts of ${chains} tasks …`);
    } while (token !== "");
    const whole = faults.length === 0;
    if (values.json) terminal.print(JSON.stringify({ whole, chains, receipts, faults }, undefined, 2));
    else for (const line of reportLines(chains, receipts, faults)) terminal.print(line);
    return whole ? 0 : exitFaults;
  },
};

function reportLines(chains: number, receipts: number, faults: readonly JsonObject[]): string[] {
  const checked = `${receipts} receipts of ${chains} tasks`;
  if (faults.length === 0) return [`${checked}: whole`];
  const rows = faults.map((fault) => [
    text(fault["task_id"]),
    `#${text(fault["sequence"])}`,
    text(fault["kind"]).replace("LEDGER_FAULT_KIND_", ""),
    text(fault["receipt_id"]),
  ]);
  return [`${checked}: ${faults.length} faults`, ...renderTable(["task", "no", "fault", "receipt"], rows)];
}
