// Waits for what operators configure, applies it, and says what became of it. An answer that did not arrive is sent
// again, because the service asks for one as long as it has none.
import { pause } from "../../../clients/typescript/src/backoff.ts";
import { durationOf } from "../../../clients/typescript/src/durations.ts";
import { NodeConfigStatus, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type { NodeConfigKeeper, Outcome } from "./node-config.ts";
import { isUnauthenticated, messageOf, type ServiceLine } from "./service-line.ts";

export type FollowInit = {
  readonly line: ServiceLine;
  readonly config: NodeConfigKeeper;
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onState: (state: NodeState) => void;
  readonly onUnauthenticated: (signal: AbortSignal) => Promise<void>;
  readonly onTrouble: (message: string, fields: Readonly<Record<string, string>>) => void;
};

/** Below the 60 s after which proxies cut silent connections. */
const waitMs = 45_000;
const answerMs = 10_000;
const retryMs = { first: 250, most: 10_000 };

type Known = { readonly version: string; readonly state: NodeState };

/** Until the signal aborts. A process begins with none, so what it finds in the spool is tried once more, here. */
export async function followConfig(init: FollowInit, signal: AbortSignal): Promise<void> {
  const { line, config, onOutcome, onState, onUnauthenticated, onTrouble } = init;
  let known: Known = { version: "", state: NodeState.UNSPECIFIED };
  let delayMs = retryMs.first;
  while (!signal.aborted) {
    try {
      const answer = await line.call({ signal, timeoutMs: waitMs + answerMs }, (bounds) =>
        line.stubs.nodes.getNodeConfig({ ...known, wait: durationOf(waitMs) }, bounds),
      );
      onState(answer.state);
      if (answer.config) {
        const outcome = await config.apply(answer.config);
        onOutcome(outcome);
        await line.call({ signal }, (bounds) => line.stubs.nodes.ackNodeConfig(outcome, bounds));
      }
      known = { version: answer.config?.version ?? known.version, state: answer.state };
      delayMs = retryMs.first;
    } catch (error) {
      if (signal.aborted) return;
      onTrouble("the configuration was not read, or not answered", { error: messageOf(error) });
      if (isUnauthenticated(error)) await onUnauthenticated(signal);
      await pause(delayMs, signal);
      delayMs = Math.min(2 * delayMs, retryMs.most);
    }
  }
}

/** What keeps the node from work, in the words of its readiness. */
export function reasonOf({ version, status, error }: Outcome): string | undefined {
  if (status === NodeConfigStatus.APPLIED) return undefined;
  return `version ${version} ${status === NodeConfigStatus.FAILED ? "cannot hold here" : "was rolled back"}: ${error}`;
}
