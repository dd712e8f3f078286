// Tells the service how the node is: at once when that changes, and every minute.
import { pause } from "../../../clients/typescript/src/backoff.ts";
import { msOf } from "../../../clients/typescript/src/durations.ts";
import type { NodeReport, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { isUnauthenticated, messageOf, type ServiceLine } from "./service-line.ts";

export type Condition = {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly jobs: number;
  readonly configVersion: string;
  readonly effectiveHash: string;
};

export type ReporterInit = {
  readonly line: ServiceLine;
  readonly report: () => NodeReport;
  readonly condition: () => Condition;
  readonly onState: (state: NodeState) => void;
  readonly onUnauthenticated: (signal: AbortSignal) => Promise<void>;
  readonly onTrouble: (message: string, fields: Readonly<Record<string, string>>) => void;
};

export type Reporter = {
  /** Reports soon: what has changed meanwhile is in one report. */
  changed(): void;
  /** Until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
};

const intervalMsDefault = 60_000;
/** Changes come in groups: a node that starts has several. */
const gatherMs = 50;
const retryMs = 5_000;
const reasonsMax = 20;
const reasonCharactersMax = 300;

export function createReporter(init: ReporterInit): Reporter {
  let wake = new AbortController();
  let hasChanged = true;
  return {
    changed() {
      hasChanged = true;
      wake.abort();
    },
    async run(signal) {
      let intervalMs = intervalMsDefault;
      while (!signal.aborted) {
        if (hasChanged) await pause(gatherMs, signal);
        wake = new AbortController();
        hasChanged = false;
        try {
          intervalMs = await report(init, signal);
          await pause(intervalMs, AbortSignal.any([signal, wake.signal]));
        } catch (error) {
          if (signal.aborted) return;
          init.onTrouble("the service does not know how the node is", { error: messageOf(error) });
          if (isUnauthenticated(error)) await init.onUnauthenticated(signal);
          else await pause(retryMs, signal);
        }
      }
    },
  };
}

/** Until when to report again. */
async function report({ line, report: own, condition, onState }: ReporterInit, signal: AbortSignal): Promise<number> {
  const { reasons, ...rest } = condition();
  const told = reasons.slice(0, reasonsMax).map((reason) => reason.slice(0, reasonCharactersMax));
  const { state, reportInterval } = await line.call({ signal }, (bounds) =>
    line.stubs.nodes.reportNode({ report: own(), ...rest, reasons: told }, bounds),
  );
  onState(state);
  return reportInterval ? msOf(reportInterval) : intervalMsDefault;
}
