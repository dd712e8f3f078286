// A runner that dies or stalls where the plan says: before an effect is sent, or while it is on its way.
// node machine-runner.ts <url> <key> <folder> <stall, in milliseconds>
import { spawn } from "node:child_process";
import { AsyncGateError, ErrorReason } from "../../clients/typescript/src/index.ts";
import { startRunner } from "../../src/machines/runner/start-runner.ts";
import { createRules } from "../../src/rpc/rules/rules.ts";
import { draw, nameOf, note, readPlan, stepOf } from "./machine-journal.ts";

const [url = "", key = "", folder = "", stallMs = "5000"] = process.argv.slice(2);
const rules = createRules();
/** What those are told that hold an execution no longer. */
const past = new Set<ErrorReason>([ErrorReason.FENCED, ErrorReason.LEASE_EXPIRED, ErrorReason.INVALID_TRANSITION]);
/** Within it, a call is on its way, at the server, or answered. */
const behindMsMax = 12;

/** A process that is stopped cannot go on by itself. */
function stall(): void {
  const wake = `sleep ${Number(stallMs) / 1_000}; kill -CONT ${process.pid}`;
  spawn("sh", ["-c", wake], { detached: true, stdio: "ignore" }).unref();
  process.kill(process.pid, "SIGSTOP");
}

const die = () => process.kill(process.pid, "SIGKILL");

const runner = startRunner({
  endpoint: url,
  key,
  slots: 8,
  leaseTtlMs: 1_000,
  checkRules: (schema, message) => rules.check(schema, message)?.violations ?? [],
  onEvent(event) {
    if (event.type !== "thrown" && event.type !== "refused") return;
    const { error, task } = event;
    if (error instanceof AsyncGateError && past.has(error.reason)) {
      note(folder, { taskId: task.taskId, refused: error.reasonName });
    } else process.stderr.write(`  a step is made again: ${error}\n`);
  },
  onEffect(taskId, made) {
    const named = stepOf(made);
    const deed = draw(folder, readPlan(folder), nameOf(taskId, made), named);
    const bytes = Buffer.byteLength(JSON.stringify(made.snapshot));
    note(folder, { taskId, ...named, bytes, ...(deed && { deed }) });
    if (!deed) return;
    const act = deed.startsWith("death") ? die : stall;
    if (deed.endsWith("before")) act();
    else setTimeout(act, Number.parseInt(named.step.slice(-2), 16) % behindMsMax);
  },
});
await runner.finished;
