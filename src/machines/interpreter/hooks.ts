// Hooks: tasks that run before and after the work of a state, one after the other. What one results in is merged into
// the context, so that programs of any language can take part.
import type { JsonObject } from "@bufbuild/protobuf";
import { failedBy, isObject } from "./calls.ts";
import { actionCall } from "./requests.ts";
import { type Layer, type Scope, StateFailed, type Step } from "./types.ts";

/** One hook: each is a phase of its own. */
export function hook(name: string): Layer {
  return {
    begin: (scope) => ({
      type: "suspend",
      layer: {},
      create: [actionCall(`hook:${name}`, payloadOf(scope))],
      wait: { for: "calls", mode: "all", tasks: [] },
    }),
    resume: ({ event }): Step => {
      const [called] = event.calls ?? [];
      if (called?.status === "failed") throw failedBy(called.error);
      if (called?.status !== "succeeded") throw new StateFailed("TIMEOUT", `the hook ${name} took too long`);
      const { result } = called;
      return { type: "done", ...(isObject(result) && { context: result }) };
    },
  };
}

function payloadOf({ name, snapshot, outcome }: Scope): JsonObject {
  return { state: name, context: snapshot.context, ...(outcome && { output: outcome.output }) };
}
