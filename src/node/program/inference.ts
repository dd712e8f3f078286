// Asks the model server beside a node whether it answers, as long as its configuration names one.
import { pause } from "../../../clients/typescript/src/backoff.ts";
import type { NodeInference } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";

const intervalMs = 10_000;
const timeoutMs = 3_000;

export type InferenceProbe = {
  /** Asks again at once, with the configuration that holds now. */
  changed(): void;
  run(signal: AbortSignal): Promise<void>;
};

/** Says what is in the way, or undefined if nothing is. */
export function createInferenceProbe(
  inference: () => NodeInference | undefined,
  onReason: (reason: string | undefined) => void,
): InferenceProbe {
  let wake = new AbortController();
  return {
    changed: () => wake.abort(),
    async run(signal) {
      while (!signal.aborted) {
        wake = new AbortController();
        const until = AbortSignal.any([signal, wake.signal]);
        const asked = inference();
        const reason = asked?.required ? await probe(asked.probeUrl, until) : undefined;
        // The answer is about another configuration.
        if (until.aborted) continue;
        onReason(reason);
        await pause(intervalMs, until);
      }
    },
  };
}

/** Only the status counts: what the server says is not read, and where it points to is not followed. */
async function probe(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const answer = await fetch(url, { signal: within, redirect: "manual" });
    await answer.body?.cancel();
    return answer.ok ? undefined : `${new URL(url).origin} answers with status ${answer.status}`;
  } catch (error) {
    const why = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : error;
    return `${new URL(url).origin} does not answer: ${why}`;
  }
}
