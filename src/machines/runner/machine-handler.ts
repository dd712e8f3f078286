// A runner: the handler of tasks of the type `asyncgate.machine`. It keeps nothing between two leases: each begins with
// the checkpoint, makes one step and ends with one call, so a runner may be killed at any moment.
import { createHash } from "node:crypto";
import type { JsonValue } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { NonRetryable } from "../../../clients/typescript/src/errors.ts";
import { Done, type Job } from "../../../clients/typescript/src/job.ts";
import {
  type GoOn,
  GoOnSchema,
  type Machine,
  MachineTaskSchema,
  StateType,
} from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import type { CheckRules } from "../document/check-rules.ts";
import { decode } from "../document/decode.ts";
import { pathOf } from "../document/faults.ts";
import { machineHash, machineJson } from "../document/machine-json.ts";
import { advance } from "../interpreter/advance.ts";
import { isDecided } from "../interpreter/calls.ts";
import { programOf } from "../interpreter/program.ts";
import type { Advance, Ended, Event, Program, Snapshot, Warning } from "../interpreter/types.ts";
import { jsonOf } from "../interpreter/variables.ts";
import { checkMachine } from "../validation/load.ts";
import { eventOf } from "./event-of.ts";
import { jsonContent } from "./json-content.ts";
import { createValueStore, type ValueStore } from "./value-store.ts";
import { questionOf, suspensionOf } from "./wait-of.ts";

export type MachineHandlerOptions = {
  readonly client: Client;
  readonly checkRules: CheckRules;
  /** Called before each effect is sent. Must not throw. */
  readonly onEffect?: (taskId: string, made: Advance) => void | Promise<void>;
};

/** Documents that were checked. A loop of a thousand steps brings the same one a thousand times. */
const programsMax = 200;
const faultsMax = 10;

type Known = Pick<Program, "machine"> & {
  readonly input: JsonValue;
  readonly depth: number;
  /** Where it begins, if it goes on from another execution. */
  readonly first: Snapshot | undefined;
};

export function createMachineHandler(options: MachineHandlerOptions) {
  const known = new Map<string, Known>();
  const store = createValueStore(options.client);
  return async (payload: JsonValue, job: Job): Promise<unknown> => {
    const { program, first } = programFor(options, known, payload, job.taskId);
    const before = (await wholeSnapshot(store, job)) ?? first;
    const nowMs = leasedAtMs(job);
    const made = advance(
      program,
      before,
      before?.work ? await eventFor(options, program, before, job, nowMs) : { nowMs },
    );
    await tell(job, made.warnings);
    store.keep(made.values);
    await options.onEffect?.(job.taskId, made);
    return await carryOut(job, made, nowMs);
  };
}

/**
 * The time of a step is that of its lease, by the database's clock: what one runner bounds another one may end, and
 * their clocks need not agree.
 */
function leasedAtMs({ leased: { lease } }: Job): number {
  if (!lease?.grantTime) throw new Error("a leased task comes with its lease");
  return timestampMs(lease.grantTime);
}

async function wholeSnapshot(store: ValueStore, job: Job): Promise<Snapshot | undefined> {
  const snapshot = snapshotOf(job.checkpoint);
  if (!snapshot) return undefined;
  await store.discard(job.taskId, snapshot);
  return await store.read(job.taskId, snapshot);
}

async function eventFor(
  { client }: MachineHandlerOptions,
  program: Program,
  before: Snapshot,
  job: Job,
  nowMs: number,
): Promise<Event> {
  return await eventOf(client, job, nowMs, (results) => isDecided(program, before, results));
}

async function carryOut(job: Job, { snapshot, effect, values }: Advance, nowMs: number): Promise<unknown> {
  if (effect.type === "suspend") return job.suspend(suspensionOf(snapshot, effect, values, nowMs));
  if (effect.type === "ask") return job.ask(questionOf(snapshot, effect.question));
  // For those who look at the execution after its end, and to try it again from here.
  await job.saveCheckpoint(jsonContent(snapshot));
  return ending(effect.ended);
}

function ending(ended: Ended): Done {
  if ("output" in ended) return new Done({ result: ended.output });
  const { type, message } = ended.error;
  throw new NonRetryable(message, { type });
}

async function tell(job: Job, warnings: readonly Warning[]): Promise<void> {
  for (const { name, message, value, bound } of warnings) {
    await job.progress({ receipted: true, message, detail: { warning: name, value, bound } });
  }
}

function snapshotOf(checkpoint: Job["checkpoint"]): Snapshot | undefined {
  if (checkpoint === undefined) return undefined;
  const snapshot = checkpoint as unknown as Snapshot;
  if (typeof checkpoint === "object" && snapshot !== null && snapshot.format === 1) return snapshot;
  throw new NonRetryable("the checkpoint is none of an execution", { type: "SNAPSHOT_INVALID" });
}

function programFor({ checkRules }: MachineHandlerOptions, known: Map<string, Known>, payload: JsonValue, id: string) {
  const digest = createHash("sha256").update(JSON.stringify(payload)).digest("base64url");
  const found = known.get(digest) ?? read(payload, checkRules);
  if (known.size >= programsMax) known.clear();
  known.set(digest, found);
  const { first, ...rest } = found;
  return { program: programOf({ ...rest, executionId: id, checkRules }), first };
}

function read(payload: JsonValue, checkRules: CheckRules): Known {
  const decoded = decode(MachineTaskSchema, payload);
  if ("faults" in decoded) throw invalid(decoded.faults.map(({ path, message }) => `${pathOf(path)}: ${message}`));
  const { message: task } = decoded;
  if (!task.machine) throw invalid(["machine: is required"]);
  const checked = checkMachine(machineJson(task.machine), checkRules);
  if ("faults" in checked) {
    throw invalid(checked.faults.map(({ path, message }) => `${pathOf(["machine", ...path])}: ${message}`));
  }
  const { machine } = checked;
  if (task.hash !== "" && task.hash !== machineHash(machine)) {
    throw new NonRetryable(`the document has the hash ${machineHash(machine)}`, { type: "HASH_MISMATCH" });
  }
  const { input = {} } = payload as { readonly input?: JsonValue };
  return { machine, input, depth: task.depth, first: task.goOn && firstOf(task.goOn, machine, checkRules) };
}

/** What another execution knew when it entered the state that this one begins in. */
function firstOf(goOn: GoOn, { states }: Machine, checkRules: CheckRules): Snapshot {
  const faults = checkRules(GoOnSchema, goOn).map(({ field, description }) => `go_on.${field} ${description}`);
  const { state, step, context = {}, error, cost, tokens } = goOn;
  const named = Object.hasOwn(states, state) ? states[state] : undefined;
  if (!named) faults.push(`go_on.state: there is no state ${state}`);
  else if (named.type === StateType.FINAL) faults.push(`go_on.state: ${state} is final`);
  if (faults.length > 0) throw invalid(faults);
  return {
    format: 1,
    step,
    state,
    context,
    output: jsonOf(goOn.output) ?? null,
    ...(error && { error: { type: error.type, message: error.message } }),
    cost,
    tokens: Number(tokens),
    warned: [],
    trail: [[step, state]],
  };
}

function invalid(faults: readonly string[]): NonRetryable {
  return new NonRetryable(faults.slice(0, faultsMax).join("; "), { type: "MACHINE_INVALID" });
}
