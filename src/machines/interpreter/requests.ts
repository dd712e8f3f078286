// The tasks that a state creates: for agents, for other machines, for actions and hooks.
import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { AgentRef, Machine } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { machineHash, machineJson } from "../document/machine-json.ts";
import { type Call, type Scope, StateFailed } from "./types.ts";

export const machineTaskType = "asyncgate.machine";
/** As the server takes by default. */
const payloadBytesMax = 262_144;

/**
 * Over the life of an execution, which may be months and thousands of steps. Only one that ends its runners each time,
 * by whatever it makes them do, comes to it.
 */
export const leaseLossesMax = 1_000;

/** A step fails only by a server that is away or a fault of ours; neither is a fault of the machine. */
export const stepAttemptsMax = 10;

/** A step that failed because a server was away is made again after this. */
export const stepRetryMs = 1_000;

const plain = { queue: "", capabilities: [], maxAttempts: 1, timeoutMs: undefined, delayMs: 0, keep: false };

export function agentCall(
  { program }: Scope,
  name: string,
  { input, index, more = {} }: { readonly input: JsonValue; readonly index: number; readonly more?: JsonObject },
): Call {
  const agent = agentOf(program.machine, name);
  const { taskType: type, queue, capabilities, maxAttempts = 1, timeout, config } = agent;
  const payload = { agent: name, input, index, ...(config && { config: config as JsonObject }), ...more };
  const timeoutMs = timeout ? durationMs(timeout) : undefined;
  return bounded({ ...plain, type, queue, capabilities, maxAttempts, timeoutMs, payload });
}

function agentOf({ agents }: Machine, name: string): AgentRef {
  const agent = agents[name];
  if (!agent) throw new StateFailed("UNKNOWN_AGENT", `there is no agent ${name}`);
  return agent;
}

export function machineCall({ program }: Scope, name: string, input: JsonValue, keep = false): Call {
  const { machine, bounds, depth } = program;
  if (depth + 1 >= bounds.depthMax) {
    throw new StateFailed(
      "MAX_DEPTH_EXCEEDED",
      `${depth + 2} executions in one another, of at most ${bounds.depthMax}`,
    );
  }
  const called = name === machine.name && !machine.machines[name] ? machine : inlineOf(machine, name);
  const payload = { machine: machineJson(called), hash: machineHash(called), input, depth: depth + 1 };
  return bounded({ ...plain, type: machineTaskType, payload, keep, maxAttempts: stepAttemptsMax });
}

function inlineOf({ machines }: Machine, name: string): Machine {
  const of = machines[name]?.of;
  if (of?.case !== "inline") throw new StateFailed("UNKNOWN_MACHINE", `there is no machine ${name}`);
  return of.value;
}

export function actionCall(type: string, payload: JsonValue, queue = ""): Call {
  return bounded({ ...plain, type, queue, payload });
}

function bounded(call: Call): Call {
  const size = Buffer.byteLength(JSON.stringify(call.payload));
  if (size <= payloadBytesMax) return call;
  throw new StateFailed("INPUT_TOO_LARGE", `a task's payload would have ${size} bytes, of at most ${payloadBytesMax}`);
}

/** From 0 up to 1, and always the same for the same place in the same execution. */
export function draw({ program, snapshot }: Scope, ...place: readonly number[]): number {
  const text = [program.executionId, snapshot.step, ...place].join("/");
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
