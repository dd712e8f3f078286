// The agents of the machines under faults as a worker in TypeScript:
// node machine-worker.ts <urls, joined by commas> <key> <folder for calls> <capabilities, joined by commas>
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "@bufbuild/protobuf";
import { createWorker, type Job } from "../../clients/typescript/src/index.ts";
import { agents, type Deed } from "./machine-agents.ts";

const [urls = "", key = "", folder = "", capabilities = "typescript"] = process.argv.slice(2);

/** How many calls of the same state there were before: their files lie in the order of their ids, as their times. */
function numberOf({ task, taskId }: Job): number {
  const place = join(folder, `${task.parentTaskId}.${task.labels["state"]}`);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, taskId), "");
  return readdirSync(place).toSorted().indexOf(taskId);
}

async function carryOut(deed: Deed, { signal }: Job): Promise<Deed> {
  if (deed === "hangs") {
    return await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
  }
  const { status, error } = deed as { status?: string; error?: { type: string; message: string } };
  if (status === "failed") throw Object.assign(new Error(error?.message), { name: error?.type });
  return deed;
}

const handlers = Object.fromEntries(
  Object.entries(agents).map(([type, agent]) => [
    type,
    async (payload: JsonObject, job: Job) => carryOut(agent({ payload, number: () => numberOf(job) }), job),
  ]),
);

await createWorker({
  endpoint: urls.split(","),
  key,
  slots: 100,
  capabilities: capabilities.split(","),
  handlers: handlers as never,
  onEvent: () => {},
}).run();
