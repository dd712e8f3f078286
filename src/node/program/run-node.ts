// A node: takes tasks of the type `node.job` and runs them in a sandbox, until it is stopped. It goes on with jobs that
// an earlier process of it has started, if the service has kept their leases.
import { join } from "node:path";
import { createClient } from "../../../clients/typescript/src/create-client.ts";
import { NonRetryable } from "../../../clients/typescript/src/errors.ts";
import { createWorker, type OpenedSession, type ResumedSession } from "../../../clients/typescript/src/worker.ts";
import type { WorkerEvent } from "../../../clients/typescript/src/worker-events.ts";
import { lastAliveMs, machineMs, startPulse } from "../jobs/alive.ts";
import { jobTaskType } from "../jobs/job-spec.ts";
import { createJobs, type Jobs } from "../jobs/jobs.ts";
import { readJson, writeJson } from "../jobs/place.ts";
import type { Policy } from "../jobs/policy.ts";
import { bootId, type LeftJob, openSpool, type SavedSession, type Spool } from "../jobs/spool.ts";
import { createDriver, findSurroundings } from "../sandbox/create-driver.ts";
import type { Capabilities, SandboxDriver } from "../sandbox/driver.ts";
import { advertised, unenforced } from "./advertise.ts";
import { configTaskType, openNodeConfig } from "./node-config.ts";
import type { NodeSettings } from "./node-settings.ts";
import { createReadiness, type HealthServer, type Readiness, serveHealth } from "./readiness.ts";

export type NodeEvent =
  | { readonly type: "worker"; readonly event: WorkerEvent }
  | { readonly type: "sandbox"; readonly capabilities: Capabilities }
  | { readonly type: "listening"; readonly url: string }
  | { readonly type: "resuming"; readonly jobs: number }
  | { readonly type: "clearing"; readonly jobs: number }
  | { readonly type: "not_ready"; readonly reasons: readonly string[] }
  | { readonly type: "ready" }
  | { readonly type: "configured"; readonly version: string }
  | { readonly type: "trouble"; readonly message: string; readonly fields: Readonly<Record<string, string>> };

export type NodeOptions = {
  readonly settings: NodeSettings;
  readonly endpoint: string;
  readonly key: string;
  /** For people. */
  readonly instance: string;
  readonly version: string;
  /** Aborted to drain: nothing new is taken, and running jobs may end. */
  readonly drain: AbortSignal;
  readonly onEvent: (event: NodeEvent) => void;
};

/** The node cannot do what it is configured to do. Nothing was taken. */
export class NodeUnusable extends Error {
  override readonly name = "NodeUnusable";
}

/** Resolves when it has drained. Rejects with a NodeUnusable, a SpoolRefused, or an AsyncGateError. */
export async function runNode(options: NodeOptions): Promise<void> {
  const { settings, onEvent } = options;
  const readiness = createReadiness((reasons) =>
    onEvent(reasons.length === 0 ? { type: "ready" } : { type: "not_ready", reasons }),
  );
  readiness.set("service", "not connected yet");
  const spool = await openSpool(settings.spool);
  const health = await listen(options, readiness);
  // Before it says that it lives again: how long it was gone tells whether leases can still be kept.
  const saved = await savedSession(spool);
  const pulse = await startPulse(spool.folder);
  try {
    await takeJobs(options, spool, saved, readiness);
  } finally {
    pulse.stop();
    await health?.close();
    spool.release();
  }
}

async function listen({ settings, onEvent }: NodeOptions, readiness: Readiness): Promise<HealthServer | undefined> {
  if (!settings.listen) return undefined;
  try {
    const health = await serveHealth(settings.listen, readiness);
    onEvent({ type: "listening", url: health.url });
    return health;
  } catch (error) {
    throw new NodeUnusable(`the node cannot listen: ${error instanceof Error ? error.message : error}`);
  }
}

type Resumable = Pick<ResumedSession, "token" | "withinMs">;

async function savedSession(spool: Spool): Promise<Resumable | undefined> {
  const saved = await readJson<SavedSession>(sessionFileOf(spool));
  const lastMs = await lastAliveMs(spool.folder);
  if (!saved || lastMs === undefined || saved.bootId !== (await bootId())) return undefined;
  const withinMs = saved.graceMs - (machineMs() - lastMs);
  return withinMs > 0 ? { token: saved.token, withinMs } : undefined;
}

function sessionFileOf({ folder }: Spool): string {
  return join(folder, "session.json");
}

async function takeJobs(
  options: NodeOptions,
  spool: Spool,
  saved: Resumable | undefined,
  readiness: Readiness,
): Promise<void> {
  const { settings, endpoint, key, onEvent } = options;
  const surroundings = await findSurroundings({ scratch: spool.scratch, usersFrom: settings.usersFrom });
  const driver = createDriver(settings.driver, surroundings);
  const capabilities = await capabilitiesOf(driver, settings);
  onEvent({ type: "sandbox", capabilities });
  const client = createClient({ endpoint, key });
  let graceMs = 0;
  const left = await spool.left();
  try {
    const config = await startConfig(options, spool, capabilities, readiness);
    const jobs = await createJobs(
      {
        client,
        spool,
        choice: settings.driver,
        driver,
        surroundings,
        capabilities,
        policy: config.policy,
        graceMs: () => graceMs,
        onTrouble: (message, fields) => onEvent({ type: "trouble", message, fields }),
      },
      left,
    );
    try {
      const resume = await resumeOf(saved, left, jobs, onEvent);
      const save = sessionSaver(spool, await bootId());
      await config.whenApplied;
      await work(options, capabilities, jobs, resume, readiness, (session) => {
        ({ graceMs } = session);
        save(session);
      });
    } finally {
      await config.stop();
      await jobs.finish();
    }
  } finally {
    client.close();
  }
}

async function capabilitiesOf(driver: SandboxDriver, { policy }: NodeSettings): Promise<Capabilities> {
  const probe = await driver.probe();
  if ("unavailable" in probe) throw new NodeUnusable(`the ${driver.name} sandbox does not work: ${probe.unavailable}`);
  const missing = unenforced(policy, probe.capabilities);
  if (missing.length > 0) throw new NodeUnusable(`this machine cannot do what is configured: ${missing.join("; ")}`);
  return probe.capabilities;
}

type RunningConfig = {
  readonly policy: () => Policy;
  /** Resolves when jobs may be taken, or the node drains. */
  readonly whenApplied: Promise<void>;
  stop(): Promise<void>;
};

/** A worker of its own: a configuration does not wait for a free slot of jobs. */
async function startConfig(
  options: NodeOptions,
  spool: Spool,
  capabilities: Capabilities,
  readiness: Readiness,
): Promise<RunningConfig> {
  const { settings, endpoint, key, instance, version, drain, onEvent } = options;
  const applied = Promise.withResolvers<void>();
  // Awaited later, or never if something else fails first.
  applied.promise.catch(() => {});
  const onApplied = (taskId: string) => {
    onEvent({ type: "configured", version: taskId });
    readiness.set("config", undefined);
    applied.resolve();
  };
  const init = { spool, own: settings.policy, capabilities, from: settings.configFrom, onApplied };
  const config = await openNodeConfig(init).catch((error: unknown) => {
    throw error instanceof NonRetryable ? new NodeUnusable(`the last configuration: ${error.message}`) : error;
  });
  const isWaiting = settings.requiresConfig && config.version() === undefined;
  if (isWaiting) readiness.set("config", "none has been applied yet");
  else applied.resolve();
  if (settings.configFrom.length === 0) return { policy: config.policy, whenApplied: applied.promise, async stop() {} };
  const worker = createWorker({
    endpoint,
    key,
    handlers: { [configTaskType]: config.handler },
    slots: 1,
    name: settings.name,
    instance,
    version,
    thread: false,
    drainOn: [],
    ...(settings.queues.length > 0 && { queues: settings.queues }),
  });
  drain.addEventListener("abort", () => applied.resolve());
  worker.run().catch(applied.reject);
  return { policy: config.policy, whenApplied: applied.promise, stop: () => worker.stop().catch(() => {}) };
}

/** Jobs whose leases are certainly lost are ended and cleared, before any other is taken. */
async function resumeOf(
  saved: Resumable | undefined,
  left: readonly LeftJob[],
  jobs: Jobs,
  onEvent: NodeOptions["onEvent"],
): Promise<ResumedSession | undefined> {
  if (saved) {
    onEvent({ type: "resuming", jobs: left.length });
    return { ...saved, leased: left.map(({ leased }) => leased) };
  }
  if (left.length > 0) onEvent({ type: "clearing", jobs: left.length });
  await jobs.clear(left);
  return undefined;
}

/** One after the other: the last one that was opened stays. */
function sessionSaver(spool: Spool, boot: string): (session: OpenedSession) => void {
  let saving = Promise.resolve();
  return ({ token, graceMs }) => {
    const session: SavedSession = { token, graceMs, bootId: boot };
    saving = saving.then(() => writeJson(sessionFileOf(spool), session)).catch(() => {});
  };
}

async function work(
  options: NodeOptions,
  capabilities: Capabilities,
  jobs: Jobs,
  resume: ResumedSession | undefined,
  readiness: Readiness,
  onSession: (session: OpenedSession) => void,
): Promise<void> {
  const { settings, endpoint, key, instance, version, drain, onEvent } = options;
  const onService = (inTheWay: string | undefined) => readiness.set("service", inTheWay);
  const worker = createWorker({
    endpoint,
    key,
    handlers: { [jobTaskType]: jobs.handler },
    slots: settings.slots,
    capabilities: advertised(settings, capabilities),
    name: settings.name,
    instance,
    version,
    start: true,
    drainOn: [],
    onSession,
    ...(settings.queues.length > 0 && { queues: settings.queues }),
    ...(resume && { resume }),
    onEvent(event) {
      if (event.type === "connected") onService(undefined);
      if (event.type === "disconnected") onService(event.error.message);
      if (event.type === "draining") onService("draining");
      jobs.takeEvent(event);
      onEvent({ type: "worker", event });
    },
  });
  const onDrain = () => void worker.stop({ withinMs: settings.drainMs }).catch(() => {});
  drain.addEventListener("abort", onDrain);
  if (drain.aborted) onDrain();
  try {
    await worker.run();
  } finally {
    drain.removeEventListener("abort", onDrain);
  }
}
