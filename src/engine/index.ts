// The engine: one table of all operations and of how each is run. Bound to a server's engine, each takes a caller, a
// request and perhaps a signal.
import { createAuditRefusal } from "./admin/audit.ts";
import { createAuthenticate, createRecognize } from "./admin/authenticate.ts";
import { createApiKey } from "./admin/create-api-key.ts";
import { createTenant } from "./admin/create-tenant.ts";
import { makeDevTenant } from "./admin/dev-tenant.ts";
import { getConfig } from "./admin/get-config.ts";
import { hasCredential } from "./admin/has-credential.ts";
import { listApiKeys } from "./admin/list-api-keys.ts";
import { listAuditRecords } from "./admin/list-audit-records.ts";
import { listPrincipals } from "./admin/list-principals.ts";
import { listTenants } from "./admin/list-tenants.ts";
import { runnerCallers, schedulerCallers } from "./admin/own-callers.ts";
import { resumeTenant } from "./admin/resume-tenant.ts";
import { revokeApiKey } from "./admin/revoke-api-key.ts";
import { suspendTenant } from "./admin/suspend-tenant.ts";
import { updateTenant } from "./admin/update-tenant.ts";
import { closeAgentSession } from "./agent-sessions/close-agent-session.ts";
import { keepAgentSession } from "./agent-sessions/keep-agent-session.ts";
import { listAgentSessions } from "./agent-sessions/list-agent-sessions.ts";
import { openAgentSession } from "./agent-sessions/open-agent-session.ts";
import { checkAgents } from "./agents/check-agents.ts";
import { getAgent } from "./agents/get-agent.ts";
import { listAgents, listAgentTools } from "./agents/list-agents.ts";
import { getHandOffContract, listHandOffContracts } from "./agents/list-hand-off-contracts.ts";
import { overridePreflight } from "./agents/override-preflight.ts";
import { prepareDelegation } from "./agents/prepare-delegation.ts";
import { putHandOffContract } from "./agents/put-hand-off-contract.ts";
import { registerAgent } from "./agents/register-agent.ts";
import { routeTask } from "./agents/route-task.ts";
import {
  type Binding,
  batched,
  batchedLists,
  bindAll,
  call,
  limited,
  ofServer,
  stream,
  type Wiring,
  wire,
} from "./bind.ts";
import { getTaskTree } from "./children/get-task-tree.ts";
import { claimTasks } from "./claims/claim-tasks.ts";
import { claimTasksWaiting } from "./claims/claim-tasks-waiting.ts";
import type { Engine, RecordedNews, StepListener } from "./engine.ts";
import { addScopes } from "./leases/add-scopes.ts";
import { completeTasks } from "./leases/complete-tasks.ts";
import { failTasks } from "./leases/fail-task.ts";
import { handOffs } from "./leases/hand-off.ts";
import { listScopes } from "./leases/list-scopes.ts";
import { releaseLeases } from "./leases/release-lease.ts";
import { renewLeases } from "./leases/renew-leases.ts";
import { reportProgress } from "./leases/report-progress.ts";
import { startTasks } from "./leases/start-task.ts";
import { suspendTasks } from "./leases/suspend-task.ts";
import { acknowledgeReceipt } from "./ledger/acknowledge-receipt.ts";
import { appendReceipt } from "./ledger/append-receipt.ts";
import { bootstrap } from "./ledger/bootstrap.ts";
import { checkTermination } from "./ledger/check-termination.ts";
import { explainObligation } from "./ledger/explain-obligation.ts";
import { getReceipt } from "./ledger/get-receipt.ts";
import { getServerInfo } from "./ledger/get-server-info.ts";
import { listOpenObligations } from "./ledger/list-open-obligations.ts";
import { listReceipts } from "./ledger/list-receipts.ts";
import { traceReceipt } from "./ledger/trace-receipt.ts";
import { verifyLedger } from "./ledger/verify-ledger.ts";
import { watchOpenObligations } from "./ledger/watch-open-obligations.ts";
import { getMachine } from "./machines/get-machine.ts";
import { listMachines } from "./machines/list-machines.ts";
import { putMachine } from "./machines/put-machine.ts";
import { dropExpired } from "./maintenance/drop-expired.ts";
import { measureQueues } from "./maintenance/measure-queues.ts";
import { makePartitions } from "./maintenance/partitions.ts";
import { readiness } from "./maintenance/readiness.ts";
import { sweep } from "./maintenance/sweep.ts";
import {
  cancelNodeRollout,
  pauseNodeRollout,
  resumeNodeRollout,
  rollBackNodeRollout,
} from "./node-rollouts/change-node-rollout.ts";
import { getNodeRollout, listNodeRolloutNodes, listNodeRollouts } from "./node-rollouts/read-node-rollouts.ts";
import { startNodeRollout } from "./node-rollouts/start-node-rollout.ts";
import { ackNodeConfig } from "./nodes/ack-node-config.ts";
import { deactivateNode, drainNode, resumeNode } from "./nodes/change-node-state.ts";
import { createNodeEnrollment } from "./nodes/create-node-enrollment.ts";
import { explainNode, getNode } from "./nodes/get-node.ts";
import { getNodeConfig } from "./nodes/get-node-config.ts";
import { listNodeConfigs } from "./nodes/list-node-configs.ts";
import { listNodeEnrollments } from "./nodes/list-node-enrollments.ts";
import { listNodes } from "./nodes/list-nodes.ts";
import { registerNode } from "./nodes/register-node.ts";
import { renewNodeCredential } from "./nodes/renew-node-credential.ts";
import { reportNode } from "./nodes/report-node.ts";
import { revealNodeAddress } from "./nodes/reveal-node-address.ts";
import { revokeNodeEnrollment } from "./nodes/revoke-node-enrollment.ts";
import { updateNodeConfig } from "./nodes/update-node-config.ts";
import { appendOutputs } from "./output/append-output.ts";
import { closeOutput } from "./output/close-output.ts";
import { listOutputs } from "./output/list-outputs.ts";
import { getOutput, readOutput } from "./output/read-output.ts";
import { provideInput } from "./questions/provide-input.ts";
import { requestInputs } from "./questions/request-input.ts";
import { listQueues } from "./queues/list-queues.ts";
import { listWorkers } from "./queues/list-workers.ts";
import { overrideWait } from "./queues/override-wait.ts";
import { pauseQueue, resumeQueue } from "./queues/pause-queue.ts";
import { pauseTask, resumeTask } from "./queues/pause-task.ts";
import { acceptLeases } from "./sessions/accept-leases.ts";
import { keepWorkSession } from "./sessions/heartbeats.ts";
import { inspectLeases } from "./sessions/inspect-leases.ts";
import { keepLeases } from "./sessions/keep-leases.ts";
import { type WorkOperations, work } from "./sessions/work.ts";
import { createSettleItems } from "./sessions/work-items.ts";
import { breakWorkSession, endWorkSession, openWorkSession, returnOffers } from "./sessions/work-sessions.ts";
import { listSignals } from "./signals/list-signals.ts";
import { sendSignal } from "./signals/send-signal.ts";
import { awaitTask } from "./tasks/await-task.ts";
import { cancelTask } from "./tasks/cancel-task.ts";
import { createTasks } from "./tasks/create-tasks.ts";
import { explainTask } from "./tasks/explain-task.ts";
import { getTask } from "./tasks/get-task.ts";
import { listTasks } from "./tasks/list-tasks.ts";
import { watchTask } from "./tasks/watch-task.ts";
import { createWaitPoller } from "./waits/wait-poller.ts";

export type { DevKey } from "./admin/dev-tenant.ts";
export type { Caller } from "./caller.ts";
export {
  createEngine,
  type Engine,
  type EngineOptions,
  type RecordedNews,
  type ServerFacts,
  type StepListener,
  type TaskStep,
} from "./engine.ts";
export type { MeasuredQueue } from "./maintenance/measure-queues.ts";
export type { StreamContext, WorkCount } from "./sessions/work.ts";

/** Calls whose callers are not known yet wait for connections in one queue of their own. */
const unknownCallers = "authentication";

/** A batch has some megabytes of output, and not hundreds of the largest pieces. */
const outputBytesPerItem = 8_192;

const table = {
  createTasks: batched(createTasks, ({ tasks }) => tasks.length),
  getTask: call(getTask),
  listTasks: call(listTasks),
  explainTask: call(explainTask),
  getTaskTree: call(getTaskTree),
  cancelTask: call(cancelTask),
  provideInput: call(provideInput),
  awaitTask: call(awaitTask),
  watchTask: stream(watchTask),

  claimTasks: call(claimTasks),
  claimTasksWaiting: call(claimTasksWaiting),
  renewLeases: call(renewLeases),
  keepLeases: stream(keepLeases),
  startTasks: batchedLists(startTasks),
  reportProgress: batchedLists(reportProgress),
  completeTasks: batchedLists(completeTasks),
  failTasks: batchedLists(failTasks),
  releaseLeases: batchedLists(releaseLeases),
  suspendTasks: batchedLists(suspendTasks),
  handOffs: batchedLists(handOffs),
  addScopes: call(addScopes),
  listScopes: call(listScopes),
  requestInputs: batchedLists(requestInputs),

  appendOutputs: batchedLists(appendOutputs, (request) => 1 + request.data.length / outputBytesPerItem),
  closeOutput: call(closeOutput),
  readOutput: stream(readOutput),
  getOutput: call(getOutput),
  listOutputs: call(listOutputs),

  getReceipt: call(getReceipt),
  listReceipts: call(listReceipts),
  acknowledgeReceipt: call(acknowledgeReceipt),
  appendReceipt: call(appendReceipt),
  checkTermination: call(checkTermination),
  traceReceipt: call(traceReceipt),
  verifyLedger: call(verifyLedger),
  listOpenObligations: call(listOpenObligations),
  watchOpenObligations: stream(watchOpenObligations),
  explainObligation: call(explainObligation),

  listQueues: call(listQueues),
  listWorkers: call(listWorkers),
  pauseQueue: ofServer(pauseQueue),
  resumeQueue: ofServer(resumeQueue),
  pauseTask: ofServer(pauseTask),
  resumeTask: ofServer(resumeTask),
  overrideWait: ofServer(overrideWait),
  registerAgent: ofServer(registerAgent),
  getAgent: call(getAgent),
  listAgents: call(listAgents),
  listAgentTools: call(listAgentTools),
  routeTask: call(routeTask),
  prepareDelegation: call(prepareDelegation),
  checkAgents: call(checkAgents),
  overridePreflight: ofServer(overridePreflight),
  putHandOffContract: ofServer(putHandOffContract),
  getHandOffContract: call(getHandOffContract),
  listHandOffContracts: call(listHandOffContracts),
  openAgentSession: call(openAgentSession),
  keepAgentSession: call(keepAgentSession),
  closeAgentSession: ofServer(closeAgentSession),
  listAgentSessions: call(listAgentSessions),
  createNodeEnrollment: ofServer(createNodeEnrollment),
  listNodeEnrollments: call(listNodeEnrollments),
  revokeNodeEnrollment: ofServer(revokeNodeEnrollment),
  registerNode: ofServer(registerNode),
  renewNodeCredential: ofServer(renewNodeCredential),
  updateNodeConfig: ofServer(updateNodeConfig),
  getNodeConfig: call(getNodeConfig),
  ackNodeConfig: call(ackNodeConfig),
  revealNodeAddress: ofServer(revealNodeAddress),
  listNodeConfigs: call(listNodeConfigs),
  reportNode: call(reportNode),
  listNodes: call(listNodes),
  getNode: call(getNode),
  explainNode: call(explainNode),
  drainNode: ofServer(drainNode),
  resumeNode: ofServer(resumeNode),
  deactivateNode: ofServer(deactivateNode),
  startNodeRollout: ofServer(startNodeRollout),
  getNodeRollout: call(getNodeRollout),
  listNodeRollouts: call(listNodeRollouts),
  listNodeRolloutNodes: call(listNodeRolloutNodes),
  pauseNodeRollout: ofServer(pauseNodeRollout),
  resumeNodeRollout: ofServer(resumeNodeRollout),
  rollBackNodeRollout: ofServer(rollBackNodeRollout),
  cancelNodeRollout: ofServer(cancelNodeRollout),
  putMachine: call(putMachine),
  getMachine: call(getMachine),
  listMachines: call(listMachines),
  sendSignal: call(sendSignal),
  listSignals: call(listSignals),

  getServerInfo: call(getServerInfo),
  getConfig: call(getConfig),
  bootstrap: call(bootstrap),

  createTenant: ofServer(createTenant),
  listTenants: ofServer(listTenants),
  updateTenant: ofServer(updateTenant),
  suspendTenant: ofServer(suspendTenant),
  resumeTenant: ofServer(resumeTenant),
  createApiKey: ofServer(createApiKey),
  listApiKeys: ofServer(listApiKeys),
  revokeApiKey: ofServer(revokeApiKey),
  listPrincipals: ofServer(listPrincipals),
  listAuditRecords: ofServer(listAuditRecords),

  subscribe: ({ engine }: Wiring) => engine.dispatcher.join,
  openWorkSession: limited(openWorkSession),
  keepWorkSession: call(keepWorkSession),
  breakWorkSession: limited(breakWorkSession),
  endWorkSession: limited(endWorkSession),
  returnOffers: limited(returnOffers),
  acceptLeases: call(acceptLeases),
  inspectLeases: limited(inspectLeases),

  authenticate: ({ engineOf, monotonicMs }: Wiring) => createAuthenticate(engineOf(unknownCallers), monotonicMs),
  recognize: ({ engineOf, monotonicMs }: Wiring) => createRecognize(engineOf(unknownCallers), monotonicMs),
  auditRefusal: ({ engine, monotonicMs }: Wiring) => createAuditRefusal(engine, monotonicMs),
  pollWaits: ({ engine }: Wiring) => createWaitPoller(engine),
  hasCredential: ofServer(hasCredential),
  schedulerCallers: ofServer(schedulerCallers),
  runnerCallers: ofServer(runnerCallers),
  sweep: ofServer(sweep),
  onLeftover: ofServer(({ leftovers }, hear: () => void) => leftovers.onNoted(hear)),
  onRecorded: ofServer(({ recorded }, hear: (news: RecordedNews) => void) => recorded.onRecorded(hear)),
  onTaskStep: ofServer(({ traces }, listener: StepListener) => traces.onStep(listener)),
  measureQueues: ofServer(measureQueues),
  makeDevTenant: ofServer(makeDevTenant),
  makePartitions: ofServer(makePartitions),
  dropExpired: ofServer(dropExpired),
  readiness: ofServer(readiness),
} satisfies Readonly<Record<string, Binding<unknown>>>;

export type Operations = ReturnType<typeof bindEngine>;

export function bindEngine(engine: Engine, monotonicMs: () => number) {
  const wiring = wire(engine, monotonicMs);
  const operations = bindAll(table, wiring);
  const streams = new Set<Promise<void>>();
  const workOperations: WorkOperations = {
    ...operations,
    settleItems: createSettleItems(operations),
    track(ended) {
      streams.add(ended);
      void ended.then(() => streams.delete(ended));
    },
  };
  const streamTable = {
    work: stream((ofTenant, ...asked: WorkArguments) => work({ ...ofTenant, operations: workOperations }, ...asked)),
  };
  return {
    ...operations,
    ...bindAll(streamTable, wiring),
    /** Resolves when nothing is under way any more that streams of workers have left behind. */
    workEnded: async () => void (await Promise.all(streams)),
  };
}

type WorkArguments = Parameters<typeof work> extends [unknown, ...infer Rest] ? Rest : never;
