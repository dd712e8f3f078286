// What an agent's task resulted in: read strictly, as one message for every agent, and refused with the paths of all
// that does not fit.
import { type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import {
  type AgentError,
  AgentErrorCode,
  AgentErrorCodeSchema,
  type AgentResult,
  AgentResultSchema,
} from "../../../gen/typescript/asyncgate/machine/v1/agent_pb.ts";
import { decode } from "../document/decode.ts";
import { pathOf } from "../document/faults.ts";
import type { MachineError, Scope } from "./types.ts";

/** As many faults as a message names. */
const faultsMax = 10;

export type Answer = {
  readonly message: AgentResult | undefined;
  readonly output: JsonValue;
  /** Without its output. */
  readonly result: JsonObject;
  readonly error: MachineError | undefined;
  readonly retryAfterMs: number;
};

export function readAgentResult(scope: Scope, value: JsonValue): Answer {
  const decoded = decode(AgentResultSchema, value);
  const faults =
    "faults" in decoded
      ? decoded.faults.map(({ path, message }) => `${pathOf(path) || "the result"}: ${message}`)
      : scope.program.checkRules(AgentResultSchema, decoded.message).map((one) => `${one.field}: ${one.description}`);
  if ("faults" in decoded || faults.length > 0) {
    const message = faults.slice(0, faultsMax).join("; ");
    const error = { type: "AGENT_RESULT_INVALID", message, retryable: false };
    return { message: undefined, output: null, result: {}, error, retryAfterMs: 0 };
  }
  const { message } = decoded;
  count(scope, message);
  const { output = message.content, ...result } = toJson(AgentResultSchema, message, {
    useProtoFieldName: true,
  }) as JsonObject;
  const retryAfter = message.rateLimit?.retryAfter;
  return {
    message,
    output,
    result,
    error: message.error && errorOf(message.error),
    retryAfterMs: retryAfter ? durationMs(retryAfter) : 0,
  };
}

function count({ program, snapshot, tally }: Scope, { cost, usage, providerData }: AgentResult): void {
  tally.cost += cost?.total ?? 0;
  tally.tokens += Number(usage?.total ?? 0n);
  const model = providerData?.model ?? "";
  const { promptTokensWarn } = program.bounds;
  // The model is what a worker has sent, so it may be a name that every object has.
  const bound = Object.hasOwn(promptTokensWarn, model) ? promptTokensWarn[model] : undefined;
  const name = `prompt_tokens:${model}`;
  if (bound === undefined || usage === undefined || usage.input < bound || snapshot.warned.includes(name)) return;
  const value = Number(usage.input);
  const message = `a request to ${model} had ${value} tokens, from ${bound} on is warned`;
  tally.warnings.push({ name, message, value, bound: Number(bound) });
}

const mendable: ReadonlySet<AgentErrorCode> = new Set<AgentErrorCode>([
  AgentErrorCode.RATE_LIMIT,
  AgentErrorCode.TIMEOUT,
  AgentErrorCode.SERVER_ERROR,
  AgentErrorCode.MODEL_UNAVAILABLE,
]);

function errorOf({ code, type, message, retryable = mendable.has(code) }: AgentError): MachineError {
  return {
    type: AgentErrorCodeSchema.value[code]?.localName ?? "SERVER_ERROR",
    message: message || type || "the agent failed",
    retryable,
  };
}
