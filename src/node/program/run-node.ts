// A node: takes tasks of the type `node.job` and runs them in a sandbox, until it is stopped. It goes on with jobs that
// an earlier process of it has started, if the service has kept their leases. With a pre-shared key it is a member of
// the service, which configures it; with a key of its own it is a worker like any other.
import { join } from "node:path";
import { createClient } from "../../../clients/typescript/src/create-client.ts";
import type { ApiKey } from "../../../clients/typescript/src/transport.ts";
import { createWorker, type OpenedSession, type ResumedSession } from "../../../clients/typescript/src/worker.ts";
import type { WorkerEvent } from "../../../clients/typescript/src/worker-events.ts";
import { lastAliveMs, machineMs, startPulse } from "../jobs/alive.ts";
import { createJobRunner, type RunnerOptions } from "../jobs/job-runner.ts";
import { jobTaskType } from "../jobs/job-spec.ts";
import { createJobs, type Jobs } from "../jobs/jobs.ts";
import { type JobPlace, readJson, writeJson } from "../jobs/place.ts";
import { bootId, type LeftJob, openSpool, type SavedSession, type Spool } from "../jobs/spool.ts";
import { createDriver, findSurroundings } from "../sandbox/create-driver.ts";
import type { Capabilities, SandboxDriver } from "../sandbox/driver.ts";
import type { Surroundings } from "../sandbox/wrapping.ts";
import { advertised, unenforced } from "./advertise.ts";
import { CredentialExposed } from "./credential.ts";
import { joinService, type Membership, type MembershipEvent } from "./membership.ts";
import type { NodeSettings } from "./node-settings.ts";
import { type PushState, servePushed, takePushedJobs } from "./push-node.ts";
import { type Changes, createReadiness, type HealthServer, type Readiness, serveHealth } from "./readiness.ts";
import { tryPolicy } from "./try-policy.ts";

export type NodeEvent =
  | { readonly type: "worker"; readonly event: WorkerEvent }
  | { readonly type: "sandbox"; readonly capabilities: Capabilities }
  | { readonly type: "listening"; readonly url: string }
  | { readonly type: "resuming"; readonly jobs: number }
  | { readonly type: "clearing"; readonly jobs: number }
  | { readonly type: "not_ready"; readonly reasons: readonly string[] }
  | { readonly type: "ready" }
  | MembershipEvent;

export type NodeOptions = {
  readonly settings: NodeSettings;
  readonly endpoint: string;
  /** A key of its own, or how to read the pre-shared one. */
  readonly credential: { readonly key: string } | { readonly readPsk: () => Promise<string> };
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
  const changes: Changes = { onChange: () => {} };
  const readiness = createReadiness((reasons) => {
    onEvent(reasons.length === 0 ? { type: "ready" } : { type: "not_ready", reasons });
    changes.onChange();
  });
  readiness.set("service", "not connected yet");
  const spool = await openSpool(settings.spool);
  const push: PushState = { jobs: undefined, bearer: () => undefined };
  const health = await listen(options, readiness, push);
  // Before it says that it lives again: how long it was gone tells whether leases can still be kept.
  const saved = await savedSession(spool);
  const pulse = await startPulse(spool.folder);
  try {
    await takeJobs(options, { spool, saved, readiness, changes, push });
  } catch (error) {
    // A node that is stopped while it waits for the service has nothing to drain.
    if (!options.drain.aborted || error !== options.drain.reason) throw error;
  } finally {
    pulse.stop();
    await health?.close();
    spool.release();
  }
}

async function listen(
  { settings, onEvent }: NodeOptions,
  readiness: Readiness,
  push: PushState,
): Promise<HealthServer | undefined> {
  if (!settings.listen) return undefined;
  try {
    const health = await (settings.push
      ? servePushed(settings, readiness, push)
      : serveHealth(settings.listen, readiness));
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

type Opened = {
  readonly spool: Spool;
  readonly saved: Resumable | undefined;
  readonly readiness: Readiness;
  readonly changes: Changes;
  readonly push: PushState;
};

async function takeJobs(options: NodeOptions, opened: Opened): Promise<void> {
  const { settings, onEvent } = options;
  const { spool, readiness, changes, push } = opened;
  const surroundings = await findSurroundings({ scratch: spool.scratch, usersFrom: settings.usersFrom });
  const driver = createDriver(settings.driver, surroundings);
  const capabilities = await capabilitiesOf(driver, settings);
  onEvent({ type: "sandbox", capabilities });
  const machine = { spool, surroundings, driver, capabilities };
  const running = { jobs: () => 0 };
  const member = await joinAsNode(options, machine, readiness, changes, running);
  const runner: RunnerOptions = {
    ...machine,
    choice: settings.driver,
    policy: member ? member.policy : () => settings.policy,
    onTrouble: (message, fields) => onEvent({ type: "trouble", message, fields }),
  };
  const [left, leftPushed] = [await spool.left(), await spool.leftPushed()];
  // What has come the other way before the mode was changed.
  const other = (settings.push ? left : leftPushed).map(({ place }) => place);
  await clearPlaces(runner, other);
  if (settings.push && !member) throw new NodeUnusable("the mode push is for a node that registers: with --psk-file");
  if (!member || !settings.push) await pullJobs(options, opened, runner, { left, member, running });
  else await takePushedJobs({ ...options, runner, left: leftPushed, member, readiness, changes, running, push });
}

async function clearPlaces(runner: RunnerOptions, places: readonly JobPlace[]): Promise<void> {
  if (places.length === 0) return;
  const { clear } = await createJobRunner(runner, places);
  for (const place of places) await clear(place, 0);
}

type Pulling = {
  readonly left: readonly LeftJob[];
  readonly member: Membership | undefined;
  readonly running: { jobs: () => number };
};

async function pullJobs(
  options: NodeOptions,
  { spool, saved, readiness, changes }: Opened,
  runner: RunnerOptions,
  { left, member, running }: Pulling,
): Promise<void> {
  const { endpoint, credential, onEvent } = options;
  const key = member ? member.key : "key" in credential ? credential.key : "";
  const client = createClient({ endpoint, key });
  let graceMs = 0;
  try {
    const jobs = await createJobs({ ...runner, client, graceMs: () => graceMs }, left);
    try {
      const resume = await resumeOf(saved, left, jobs, onEvent);
      const save = sessionSaver(spool, await bootId());
      const onSession = (session: OpenedSession) => {
        ({ graceMs } = session);
        save(session);
      };
      const { capabilities } = runner;
      await work(options, { key, capabilities, jobs, resume, readiness, changes, member, running, onSession });
    } finally {
      await member?.stop();
      await jobs.finish();
    }
  } finally {
    client.close();
  }
}

type Machine = {
  readonly spool: Spool;
  readonly surroundings: Surroundings;
  readonly driver: SandboxDriver;
  readonly capabilities: Capabilities;
};

/** Undefined for a node with a key of its own. */
async function joinAsNode(
  options: NodeOptions,
  { spool, capabilities, ...machine }: Machine,
  readiness: Readiness,
  changes: Changes,
  running: { readonly jobs: () => number },
): Promise<Membership | undefined> {
  const { settings, endpoint, version, credential, onEvent, drain } = options;
  if (!("readPsk" in credential)) return undefined;
  const init = {
    settings,
    endpoint,
    version,
    spool,
    capabilities,
    readiness,
    onEvent,
    readPsk: credential.readPsk,
    tryJob: (policy: NodeSettings["policy"]) =>
      tryPolicy({ ...machine, capabilities, choice: settings.driver }, policy),
    jobs: () => running.jobs(),
    onChange: () => changes.onChange(),
  };
  return await joinService(init, drain).catch((error: unknown) => {
    throw error instanceof CredentialExposed ? new NodeUnusable(error.message) : error;
  });
}

async function capabilitiesOf(driver: SandboxDriver, { policy }: NodeSettings): Promise<Capabilities> {
  const probe = await driver.probe();
  if ("unavailable" in probe) throw new NodeUnusable(`the ${driver.name} sandbox does not work: ${probe.unavailable}`);
  const missing = unenforced(policy, probe.capabilities);
  if (missing.length > 0) throw new NodeUnusable(`this machine cannot do what is configured: ${missing.join("; ")}`);
  return probe.capabilities;
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

type Working = {
  readonly key: ApiKey;
  readonly capabilities: Capabilities;
  readonly jobs: Jobs;
  readonly resume: ResumedSession | undefined;
  readonly readiness: Readiness;
  readonly changes: Changes;
  readonly member: Membership | undefined;
  readonly running: { jobs: () => number };
  readonly onSession: (session: OpenedSession) => void;
};

async function work(options: NodeOptions, working: Working): Promise<void> {
  const { settings, endpoint, instance, version, drain, onEvent } = options;
  const { key, capabilities, jobs, resume, readiness, changes, member, running, onSession } = working;
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
    // Its key is renewed, and it goes on with its leases before it takes anything new.
    ...(member && { thread: false, paused: true }),
    onEvent(event) {
      if (event.type === "connected") onService(undefined);
      if (event.type === "disconnected") onService(event.error.message);
      if (event.type === "draining") onService("draining");
      jobs.takeEvent(event);
      onEvent({ type: "worker", event });
    },
  });
  running.jobs = () => worker.stats().running;
  if (member) {
    changes.onChange = () => {
      if (member.mayTake()) worker.resume();
      else worker.pause();
      member.changed();
    };
    changes.onChange();
  }
  const onDrain = () => void worker.stop({ withinMs: settings.drainMs }).catch(() => {});
  drain.addEventListener("abort", onDrain);
  if (drain.aborted) onDrain();
  try {
    await worker.run();
  } finally {
    changes.onChange = () => {};
    drain.removeEventListener("abort", onDrain);
  }
}
