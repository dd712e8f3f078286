// A dispatcher: gives jobs to the nodes that take none by themselves. For each of them it is a worker with the node's
// queues, capabilities and slots, so the service decides which node a task is for. Any number may run: a node does each
// attempt of a task once.
import type { JsonValue } from "@bufbuild/protobuf";
import { pause } from "../../../clients/typescript/src/backoff.ts";
import type { Client } from "../../../clients/typescript/src/client.ts";
import type { Job } from "../../../clients/typescript/src/job.ts";
import { createWorker, type Worker } from "../../../clients/typescript/src/worker.ts";
import type { WorkerEvent } from "../../../clients/typescript/src/worker-events.ts";
import type { Node, NodeReport } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { jobTaskType } from "../jobs/job-spec.ts";
import { endJob, giveJob } from "./give-job.ts";
import { createNodeApis, type NodeApis, type Reach } from "./node-api.ts";

export type DispatcherEvent =
  | { readonly type: "serving"; readonly nodeId: string }
  | { readonly type: "left"; readonly nodeId: string; readonly why: string }
  | { readonly type: "worker"; readonly nodeId: string; readonly event: WorkerEvent }
  | { readonly type: "trouble"; readonly message: string; readonly fields: Readonly<Record<string, string>> };

export type DispatcherOptions = {
  readonly client: Client;
  readonly endpoint: string;
  readonly key: string;
  readonly reach: Reach;
  readonly ca?: string;
  /** How long a job goes on without a dispatcher: another one takes it over meanwhile. If absent, 60 s. */
  readonly lingerMs?: number;
  /** For people. */
  readonly instance: string;
  readonly version: string;
  readonly onEvent: (event: DispatcherEvent) => void;
};

const lingerMsDefault = 60_000;
/** How soon it knows of a node, and of one that is not to be given work. */
const pollMs = 2_000;
/** How long a node that has declined a job is given none. */
const declinedMs = 2_000;
/** Jobs go on at their nodes; only what is sent now may end. */
const stopWithinMs = 500;
/** A worker has at most so many. */
const slotsMax = 1_000;

type Line = {
  readonly reportHash: string;
  readonly worker: Worker;
  readonly ended: Promise<void>;
  isOpen: boolean;
  isOver: boolean;
};

type State = {
  readonly options: DispatcherOptions;
  readonly apis: NodeApis;
  readonly lines: Map<string, Line>;
  readonly configs: Map<string, string>;
};

/** Until the signal aborts. Jobs that run then go on, for another dispatcher to take over. */
export async function runDispatcher(options: DispatcherOptions, signal: AbortSignal): Promise<void> {
  const { client, reach, ca, onEvent } = options;
  const reveal = async (nodeId: string) => (await client.stubs.nodes.revealNodeAddress({ nodeId })).workerApi;
  const apis = createNodeApis({ reveal, reach, ca });
  const state: State = { options, apis, lines: new Map(), configs: new Map() };
  while (!signal.aborted) {
    try {
      await look(state, signal);
    } catch (error) {
      if (!signal.aborted) onEvent({ type: "trouble", message: "nodes were not looked for", fields: fieldsOf(error) });
    }
    await pause(pollMs, signal);
  }
  await Promise.all([...state.lines].map(([nodeId, line]) => leave(state, nodeId, line, "the dispatcher stops")));
}

function fieldsOf(error: unknown) {
  return { error: error instanceof Error ? error.message : String(error) };
}

async function look(state: State, signal: AbortSignal): Promise<void> {
  const { options, apis, lines, configs } = state;
  const seen = new Set<string>();
  for await (const node of options.client.nodes.list([], { signal })) {
    if (!node.push) continue;
    const { nodeId, configVersion, dispatchable, reportHash } = node;
    seen.add(nodeId);
    if (configs.get(nodeId) !== configVersion) apis.forget(nodeId);
    configs.set(nodeId, configVersion);
    const line = lines.get(nodeId);
    if (line && (line.isOver || line.reportHash !== reportHash))
      await leave(state, nodeId, line, "it is another one now");
    const present = lines.get(nodeId);
    if (present) setOpen(present, dispatchable);
    else if (dispatchable) await serve(state, node, signal);
  }
  for (const [nodeId, line] of lines) if (!seen.has(nodeId)) await leave(state, nodeId, line, "it is no longer pushed");
}

function setOpen(line: Line, isOpen: boolean): void {
  if (line.isOpen === isOpen) return;
  line.isOpen = isOpen;
  if (isOpen) line.worker.resume();
  else line.worker.pause();
}

async function leave({ options, lines }: State, nodeId: string, line: Line, why: string): Promise<void> {
  lines.delete(nodeId);
  await line.worker.stop({ withinMs: stopWithinMs }).catch(() => {});
  await line.ended;
  options.onEvent({ type: "left", nodeId, why });
}

async function serve(state: State, node: Node, signal: AbortSignal): Promise<void> {
  const { options, lines } = state;
  const { nodeId, reportHash } = node;
  const { report } = await options.client.nodes.get(nodeId, { signal });
  if (!report) return;
  const given: Given = new Map();
  const worker = createWorker({ ...workerOf(state, nodeId, report, given), ...identity(options, nodeId) });
  const line: Line = { reportHash, worker, ended: Promise.resolve(), isOpen: true, isOver: false };
  const ended = worker.run().then(
    () => {
      line.isOver = true;
    },
    (error: unknown) => {
      line.isOver = true;
      options.onEvent({
        type: "trouble",
        message: "jobs cannot be taken",
        fields: { node_id: nodeId, ...fieldsOf(error) },
      });
    },
  );
  lines.set(nodeId, Object.assign(line, { ended }));
  options.onEvent({ type: "serving", nodeId });
}

function identity({ endpoint, key, instance, version }: DispatcherOptions, nodeId: string) {
  return { endpoint, key, instance, version, name: `dispatcher of ${nodeId}`, thread: false, drainOn: [], start: true };
}

/** By lease: which node may have the job. */
type Given = Map<string, { readonly job: Job; readonly nodeId: string }>;

function leaseIdOf({ leased }: Job): string {
  return leased.lease?.leaseId ?? "";
}

function workerOf(state: State, nodeId: string, report: NodeReport, given: Given) {
  const { options, apis, lines } = state;
  const onTrouble = (message: string, fields: Readonly<Record<string, string>>) =>
    options.onEvent({ type: "trouble", message, fields });
  const onDeclined = (declined: string) => {
    const line = lines.get(declined);
    if (!line?.isOpen) return;
    setOpen(line, false);
    // What the next look finds out counts: it may open it earlier, or not at all.
    setTimeout(() => lines.get(declined) === line && setOpen(line, true), declinedMs).unref();
  };
  const give = {
    client: options.client,
    apis,
    lingerMs: options.lingerMs ?? lingerMsDefault,
    onTrouble,
    onDeclined,
    onNode: (job: Job, at: string) => void given.set(leaseIdOf(job), { job, nodeId: at }),
  };
  return {
    slots: Math.max(1, Math.min(report.slots, slotsMax)),
    capabilities: report.capabilities,
    ...(report.queues.length > 0 && { queues: report.queues }),
    handlers: {
      [jobTaskType]: (input: JsonValue, job: Job) => giveJob(give, nodeId, input, job),
    },
    onEvent(event: WorkerEvent) {
      options.onEvent({ type: "worker", nodeId, event });
      if (event.type !== "settled" && event.type !== "refused" && event.type !== "lost") return;
      const leaseId = event.task.holder?.leaseId ?? "";
      const had = given.get(leaseId);
      given.delete(leaseId);
      const isDone = event.type === "settled" && (event.ending === "completed" || event.ending === "failed");
      if (had && isDone) void endJob(give, had.nodeId, had.job, 0);
    },
  };
}
