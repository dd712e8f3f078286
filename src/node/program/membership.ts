// A node as a member of a service: its credential, what it is configured to, what it reports, and whether it is to take
// jobs. All of it goes on beside the jobs, and none of it ends them.

import { dateOf } from "../../../clients/typescript/src/durations.ts";
import { type NodeReport, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type { Policy } from "../jobs/policy.ts";
import type { Spool } from "../jobs/spool.ts";
import type { Bearer } from "../push/bearer.ts";
import type { Capabilities } from "../sandbox/driver.ts";
import type { Effective } from "./config-policy.ts";
import { type Credential, type CredentialEvent, openCredential } from "./credential.ts";
import { followConfig, reasonOf } from "./follow-config.ts";
import { createInferenceProbe } from "./inference.ts";
import { type KeeperInit, type NodeConfigKeeper, type Outcome, openNodeConfig } from "./node-config.ts";
import { reportOf } from "./node-report.ts";
import type { NodeSettings } from "./node-settings.ts";
import type { Readiness } from "./readiness.ts";
import { type Condition, createReporter } from "./reporter.ts";
import { openLine, type ServiceLine } from "./service-line.ts";

export type MembershipEvent =
  | CredentialEvent
  | { readonly type: "configured"; readonly outcome: Outcome }
  | { readonly type: "drained" }
  | { readonly type: "resumed" };

export type MembershipInit = {
  readonly settings: NodeSettings;
  readonly endpoint: string;
  readonly version: string;
  readonly spool: Spool;
  readonly capabilities: Capabilities;
  readonly tryJob: KeeperInit["tryJob"];
  readonly readPsk: () => Promise<string>;
  readonly readiness: Readiness;
  /** How many run. */
  readonly jobs: () => number;
  readonly onEvent: (event: MembershipEvent) => void;
  /** Called when `mayTake` may have changed. */
  readonly onChange: () => void;
};

export type Membership = {
  readonly key: () => string;
  policy(): Policy;
  /** What a dispatcher must have to give it jobs. Undefined while none is configured. */
  bearer(): Bearer | undefined;
  /** Whether it is to take jobs, as far as the service and its configuration say. */
  mayTake(): boolean;
  /** To be called when anything has changed that is reported. */
  changed(): void;
  /** Tells the service that the node has stopped, if that takes no time. */
  stop(): Promise<void>;
};

/** Resolves when the node has a credential. It waits for the service for as long as the signal allows. */
export async function joinService(init: MembershipInit, signal: AbortSignal): Promise<Membership> {
  const { settings, endpoint, version, spool, capabilities, readiness, onEvent, readPsk } = init;
  const report = () => reportOf(settings, capabilities, version);
  readiness.set("config", "none has been applied yet");
  const push = settings.push !== undefined;
  const config = await openNodeConfig({ spool, own: settings.policy, capabilities, tryJob: init.tryJob, push });
  const identity = { endpoint, nodeId: settings.nodeId, spool, readPsk, report, onEvent };
  const credential = await openCredential(identity, signal);
  const line = openLine(endpoint, credential.key);
  const stopping = new AbortController();
  const state = { isDraining: false };
  const { reporter, running } = startLoops({ init, config, credential, line, report, state }, stopping.signal);
  return {
    key: credential.key,
    policy: () => config.effective().policy,
    bearer: () => bearerOf(config.effective()),
    mayTake: () => !state.isDraining && readiness.reasons(["service"]).length === 0,
    changed: () => reporter.changed(),
    async stop() {
      stopping.abort();
      await running;
      await tellStopped(line, report(), config);
      line.close();
    },
  };
}

function bearerOf({ workerApi }: Effective): Bearer | undefined {
  const expireMs = dateOf(workerApi?.expireTime)?.getTime();
  return workerApi && expireMs !== undefined ? { bearer: workerApi.bearer, expireMs } : undefined;
}

type Parts = {
  readonly init: MembershipInit;
  readonly config: NodeConfigKeeper;
  readonly credential: Credential;
  readonly line: ServiceLine;
  readonly report: () => NodeReport;
  readonly state: { isDraining: boolean };
};

/** Each goes on by itself until the signal aborts. */
function startLoops(parts: Parts, until: AbortSignal) {
  const { init, config, credential, line, report, state } = parts;
  const { readiness, onEvent, onChange } = init;
  const common = {
    line,
    onState(told: NodeState) {
      const drains = told === NodeState.DRAINING;
      if (drains === state.isDraining) return;
      state.isDraining = drains;
      onEvent({ type: drains ? "drained" : "resumed" });
      onChange();
    },
    onUnauthenticated: (signal: AbortSignal) => credential.replace(signal),
    onTrouble: (message: string, fields: Readonly<Record<string, string>>) =>
      onEvent({ type: "trouble", message, fields }),
  };
  const reporter = createReporter({ ...common, report, condition: () => conditionOf(init, config) });
  const inference = createInferenceProbe(
    () => config.effective().inference,
    (reason) => readiness.set("inference", reason),
  );
  const onOutcome = (outcome: Outcome) => {
    const isRequired = config.effective().inference?.required;
    readiness.set("inference", isRequired ? "the model server has not been asked yet" : undefined);
    readiness.set("config", reasonOf(outcome));
    const lacks = init.settings.push && !config.effective().workerApi;
    readiness.set("push", lacks ? "no worker_api is configured" : undefined);
    inference.changed();
    reporter.changed();
    onEvent({ type: "configured", outcome });
  };
  const running = Promise.allSettled([
    followConfig({ ...common, config, onOutcome }, until),
    reporter.run(until),
    credential.keep(line, until),
    inference.run(until),
  ]);
  return { reporter, running };
}

function conditionOf({ readiness, jobs }: MembershipInit, config: NodeConfigKeeper): Condition {
  // That the node's stream is broken is known to the service.
  const reasons = readiness.reasons(["service"]);
  return {
    ready: reasons.length === 0,
    reasons,
    jobs: jobs(),
    configVersion: config.version() ?? "",
    effectiveHash: config.hash(),
  };
}

const lastReportMs = 2_000;

/** Otherwise the service knows it minutes later. */
async function tellStopped({ call, stubs }: ServiceLine, report: NodeReport, config: NodeConfigKeeper): Promise<void> {
  const stopped = { report, ready: false, reasons: ["the node was stopped"], configVersion: config.version() ?? "" };
  const effectiveHash = config.hash();
  await call({ timeoutMs: lastReportMs }, (bounds) =>
    stubs.nodes.reportNode({ ...stopped, effectiveHash }, bounds),
  ).catch(() => {});
}
