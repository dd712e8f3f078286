// `asyncgate worker list`: the workers that are connected, as a table.
import type { JsonObject } from "@bufbuild/protobuf";
import { QueueService } from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { readArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, principal, readAll, text } from "../views.ts";

export const workerList: Command = {
  usage: "worker list [--json]",
  about: "lists the workers that have a session: what each takes, and how much it holds",
  takesServerFlags: false,
  async run(context) {
    const { values } = readArguments(context.arguments, { json: { type: "boolean" } }, { least: 0, most: 0, what: "" });
    const pages = { list: "workers", tokenIn: "page_token", tokenOut: "next_page_token" };
    const workers = await readAll(context, QueueService.method.listWorkers, {}, pages);
    if (values.json) context.terminal.print(JSON.stringify({ workers }, undefined, 2));
    else for (const line of workerTable(workers)) context.terminal.print(line);
    return 0;
  },
};

function workerTable(workers: readonly JsonObject[]): string[] {
  if (workers.length === 0) return ["no worker has a session"];
  const words = (list: JsonObject[string] | undefined) => items(list).map(text).join(" ");
  const rows = workers.map((one) => [
    principal(object(one["worker"])["principal"]),
    text(object(one["worker"])["instance"]),
    words(one["queues"]),
    words(one["accept_types"]) || "all",
    words(one["capabilities"]),
    text(one["held"] ?? 0),
    text(one["connect_time"]),
    text(one["last_heartbeat_time"]),
  ]);
  return renderTable(["worker", "instance", "queues", "types", "offers", "holds", "since", "heard of"], rows);
}
