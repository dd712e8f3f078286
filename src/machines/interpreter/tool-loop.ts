// A tool loop: the agent names tools, each is run as a task, and the agent goes on with what came of them. On a limit
// it is asked for its answer once more, and without tools.
import { type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { AgentResultSchema } from "../../../gen/typescript/asyncgate/machine/v1/agent_pb.ts";
import type { ToolLoop } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { readAgentResult } from "./agent-result.ts";
import { failedBy } from "./calls.ts";
import { actionCall, agentCall } from "./requests.ts";
import { type CallResult, type Layer, type Scope, StateFailed, type Step } from "./types.ts";
import { fill, jsonOf, variablesOf } from "./variables.ts";

const toolCallsDefault = 50;
const turnsDefault = 20;

/** A call that the agent asked for: run as a task, or answered here. */
type Asked = { readonly id: string; readonly name: string; readonly error?: string };

type LoopLayer = {
  readonly turns: readonly JsonObject[];
  /** How often the agent was called. */
  readonly turn: number;
  readonly toolCalls: number;
  readonly cost: number;
  readonly endMs?: number;
  /** The tools that are under way. Absent while the agent is. */
  readonly asked?: readonly Asked[];
  /** Why this is the last turn. Absent while it need not be. */
  readonly stop?: string;
};

export const toolLoop: Layer = {
  begin(scope) {
    const { totalTimeout } = loopOf(scope);
    const end = totalTimeout && { endMs: scope.event.nowMs + durationMs(totalTimeout) };
    return callAgent(scope, { turns: [], turn: 0, toolCalls: 0, cost: scope.snapshot.cost, ...end });
  },
  resume(scope, kept) {
    const layer = kept as unknown as LoopLayer;
    return layer.asked ? afterTools(scope, layer, layer.asked) : afterAgent(scope, layer);
  },
};

function loopOf({ state }: Scope): ToolLoop {
  if (!state.toolLoop) throw new StateFailed("UNKNOWN_STATE", "the state has no tool loop");
  return state.toolLoop;
}

function callAgent(scope: Scope, { asked: _, ...layer }: LoopLayer): Step {
  const { allowed, denied } = loopOf(scope);
  const tools = layer.stop ? [] : allowed.filter((tool) => !denied.includes(tool));
  const input = fill(jsonOf(scope.state.input) ?? {}, variablesOf(scope));
  const call = agentCall(scope, scope.state.agent, { input, index: 0, more: { tools, turns: [...layer.turns] } });
  return suspended(scope, { ...layer, turn: layer.turn + 1 }, [call], layer.stop ? undefined : layer.endMs);
}

function suspended(
  scope: Scope,
  layer: LoopLayer,
  create: readonly ReturnType<typeof actionCall>[],
  endMs?: number,
): Step {
  const { toolTimeout } = loopOf(scope);
  const bounds = [
    ...(layer.asked && toolTimeout ? [durationMs(toolTimeout)] : []),
    ...(endMs === undefined ? [] : [Math.max(1, endMs - scope.event.nowMs)]),
  ];
  const timeout = bounds.length > 0 ? { timeoutMs: Math.min(...bounds) } : {};
  const wait = { for: "calls", mode: "all", tasks: [], ...timeout } as const;
  return { type: "suspend", layer: layer as unknown as JsonObject, create, wait };
}

function afterAgent(scope: Scope, layer: LoopLayer): Step {
  const [called = { status: "canceled" }] = scope.event.calls ?? [];
  if (called.status === "failed") throw failedBy(called.error);
  if (called.status !== "succeeded") return lateAgent(scope, layer);
  const { message, output, result, error } = readAgentResult(scope, called.result);
  if (error) throw failedBy(error);
  const wanted = message?.toolCalls ?? [];
  if (!message || layer.stop || wanted.length === 0) return finished(layer, output, result);
  const turns = [...layer.turns, { answer: toJson(AgentResultSchema, message, { useProtoFieldName: true }) }];
  return runTools(scope, { ...layer, turns }, message.toolCalls);
}

function lateAgent(scope: Scope, layer: LoopLayer): Step {
  if (layer.stop || layer.endMs === undefined) throw new StateFailed("TIMEOUT", "time was over");
  return callAgent(scope, { ...layer, stop: "TOTAL_TIMEOUT" });
}

function runTools(
  scope: Scope,
  layer: LoopLayer,
  wanted: readonly { readonly id: string; readonly name: string; readonly arguments?: JsonObject | undefined }[],
): Step {
  const { allowed, denied, maxToolCalls = toolCallsDefault, queue } = loopOf(scope);
  let left = maxToolCalls - layer.toolCalls;
  const create: ReturnType<typeof actionCall>[] = [];
  const asked = wanted.map(({ id, name, arguments: payload = {} }): Asked => {
    if (!allowed.includes(name) || denied.includes(name)) return { id, name, error: `${name} is not allowed` };
    left -= 1;
    if (left < 0) return { id, name, error: `no more than ${maxToolCalls} tools may be called` };
    create.push(actionCall(`tool.${name}`, payload, queue));
    return { id, name };
  });
  const stop = left < 0 ? { stop: "MAX_TOOL_CALLS" } : {};
  const next: LoopLayer = { ...layer, ...stop, asked, toolCalls: layer.toolCalls + create.length };
  return create.length > 0 ? suspended(scope, next, create, layer.endMs) : afterTools(scope, next, asked);
}

function afterTools(scope: Scope, layer: LoopLayer, asked: readonly Asked[]): Step {
  const results = [...(scope.event.calls ?? [])];
  const tools = asked.map(({ id, name, error }): JsonObject => {
    if (error !== undefined) return { id, name, error };
    return { id, name, ...outcomeOf(results.shift()) };
  });
  const next = { ...layer, turns: [...layer.turns, { tools }] };
  const stop = layer.stop ?? stopOf(scope, next);
  return callAgent(scope, { ...next, ...(stop !== undefined && { stop }) });
}

function outcomeOf(called: CallResult | undefined): { readonly output: JsonValue } | { readonly error: string } {
  if (called?.status === "succeeded") return { output: called.result };
  if (called?.status === "failed") return { error: `${called.error.type}: ${called.error.message}` };
  return { error: "TIMEOUT: time was over" };
}

/** Which bound says that the next turn is the last. */
function stopOf({ state, snapshot, tally, event }: Scope, layer: LoopLayer): string | undefined {
  const { maxTurns = turnsDefault, maxToolCalls = toolCallsDefault, maxCost } = state.toolLoop ?? {};
  if (layer.turn >= maxTurns) return "MAX_TURNS";
  if (layer.toolCalls >= maxToolCalls) return "MAX_TOOL_CALLS";
  if (maxCost !== undefined && snapshot.cost + tally.cost - layer.cost >= maxCost) return "MAX_COST";
  return layer.endMs !== undefined && event.nowMs >= layer.endMs ? "TOTAL_TIMEOUT" : undefined;
}

function finished({ stop = "DONE", turn, toolCalls }: LoopLayer, output: JsonValue, result: JsonObject): Step {
  const loop = { stop_reason: stop, turns: turn, tool_calls: toolCalls };
  return { type: "done", outcome: { output, result: { ...result, tool_loop: loop } } };
}
