// The agents of the machines under faults, as functions of what they are asked: they remember nothing, so a worker that
// was killed changes no answer. machine_agents.py is the same in Python.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { failed, says } from "../machines/simulate.ts";

export type AgentCall = {
  readonly payload: JsonObject;
  /** How many calls of the same state there were before. */
  readonly number: () => number;
};

/** What an agent does: answers, fails its task, or never ends by itself. */
export type Deed = JsonValue | { readonly status: "failed" } | "hangs";

export const limitedTimes = 2;
export const retryAfterMs = 300;

/** Of several that race, one never succeeds, so that the output is known. */
function work({ payload }: AgentCall): Deed {
  const { input = null } = payload;
  const { n = 0, only = n, hangs = false } = input as { n?: number; only?: number; hangs?: boolean };
  if (hangs) return "hangs";
  return n === only ? says({ did: input }) : { error: { code: "SERVER_ERROR", message: "not this one" } };
}

function limited({ payload, number }: AgentCall): Deed {
  if (number() >= limitedTimes) return says({ did: payload["input"] ?? null });
  const error = { code: "RATE_LIMIT", message: "slow down", status_code: 429 };
  return { error, rate_limit: { limited: true, retry_after: `${retryAfterMs / 1_000}s` } };
}

/** Calls two tools at a time, until it may not. */
function tooler({ payload }: AgentCall): Deed {
  const { tools = [], turns = [] } = payload;
  const { length } = turns as readonly JsonValue[];
  if ((tools as readonly JsonValue[]).length === 0) return says({ turns });
  const wanted = [0, 1].map((at) => ({ id: `${length}-${at}`, name: "work", arguments: { n: length, at } }));
  return { tool_calls: wanted, finish_reason: "TOOL_USE" };
}

export const agents: Readonly<Record<string, (call: AgentCall) => Deed>> = {
  "m.work": work,
  "m.limited": limited,
  "m.tooler": tooler,
  "m.flaky": ({ number }) => (number() < 2 ? failed("BUSY", "busy") : says("at last")),
  /** Accepts the second candidate. */
  "m.panelist": ({ payload }) => says({ accept: JSON.stringify(payload["input"] ?? null).includes('"index":1') }),
  /** With the place of the call, as another candidate gives another answer. */
  "m.placed": ({ payload: { input = null, index = 0 } }) => says({ did: input, index }),
  "tool.work": ({ payload }) => ({ worked: payload }),
  "hook:note": ({ payload: { output = null } }) => ({ noted: output }),
};
