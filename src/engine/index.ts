// The engine: every operation bound to its dependencies, and the database's troubles turned into refusals on the way
// out.
import type { ClaimTasksRequest, KeepLeasesRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { CreateTaskRequest } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { WorkRequest } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { overloaded, type Refusal, Refused, unavailable } from "../core/refusal.ts";
import { classifyDriverError } from "../store/driver-errors.ts";
import { createAuditRefusal, type DeniedCall } from "./admin/audit.ts";
import { createAuthenticate, createRecognize, type Stated } from "./admin/authenticate.ts";
import { createApiKey } from "./admin/create-api-key.ts";
import { createTenant } from "./admin/create-tenant.ts";
import { makeDevTenant } from "./admin/dev-tenant.ts";
import { getConfig } from "./admin/get-config.ts";
import { hasCredential } from "./admin/has-credential.ts";
import { listApiKeys } from "./admin/list-api-keys.ts";
import { listAuditRecords } from "./admin/list-audit-records.ts";
import { listPrincipals } from "./admin/list-principals.ts";
import { listTenants } from "./admin/list-tenants.ts";
import { revokeApiKey } from "./admin/revoke-api-key.ts";
import { resumeTenant, suspendTenant, updateTenant } from "./admin/update-tenant.ts";
import type { Caller } from "./caller.ts";
import type { Engine } from "./engine.ts";
import { claimTasks, createPlainClaims } from "./leases/claim-tasks.ts";
import { claimTasksWaiting } from "./leases/claim-tasks-waiting.ts";
import { completeTasks } from "./leases/complete-tasks.ts";
import { createDispatcher } from "./leases/dispatcher.ts";
import { failTasks } from "./leases/fail-task.ts";
import type { LeaseCall } from "./leases/lease-operation.ts";
import { releaseLeases } from "./leases/release-lease.ts";
import { renewLeases } from "./leases/renew-leases.ts";
import { reportProgress } from "./leases/report-progress.ts";
import { startTasks } from "./leases/start-task.ts";
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
import { dropExpired } from "./maintenance/drop-expired.ts";
import { makePartitions } from "./maintenance/partitions.ts";
import { readiness } from "./maintenance/readiness.ts";
import { sweep } from "./maintenance/sweep.ts";
import { createCoalescer } from "./runtime/coalescer.ts";
import { createSemaphore } from "./runtime/semaphore.ts";
import { acceptLeases } from "./sessions/accept-leases.ts";
import { createWriteHeartbeat, keepWorkSession, type SessionEpoch } from "./sessions/heartbeats.ts";
import { inspectLeases } from "./sessions/inspect-leases.ts";
import { keepLeases } from "./sessions/keep-leases.ts";
import type { ReportedLease } from "./sessions/session-leases.ts";
import { type StreamContext, type WorkOperations, work } from "./sessions/work.ts";
import { createSettleItems } from "./sessions/work-items.ts";
import { breakWorkSession, endWorkSession, openWorkSession, returnOffers } from "./sessions/work-sessions.ts";
import { awaitTask } from "./tasks/await-task.ts";
import { cancelTask } from "./tasks/cancel-task.ts";
import { type CreateCall, createTasks } from "./tasks/create-tasks.ts";
import { getTasks, type ReadTask, readingsMax } from "./tasks/get-task.ts";
import { listTasks } from "./tasks/list-tasks.ts";
import { watchTask } from "./tasks/watch-task.ts";
import { createTenantEngines } from "./tx/tenant-engines.ts";
import { createWaitPoller, type Poll } from "./waits/wait-poller.ts";

export type { DevKey } from "./admin/dev-tenant.ts";
export type { Caller } from "./caller.ts";
export type { Engine, ServerFacts } from "./engine.ts";
export type { StreamContext, WorkCount } from "./sessions/work.ts";

type Operation<Rest extends readonly unknown[], Answer> = (engine: Engine, ...rest: Rest) => Promise<Answer>;

type StreamOperation<Rest extends readonly unknown[], Answer> = (
  engine: Engine,
  ...rest: Rest
) => AsyncIterable<Answer>;

/** Sessions that come, go or look at once, some milliseconds each; and as many as may wait, twice the connections. */
const sessionChangesMax = 4;
const sessionChangesWaitingMax = 20_000;

export type Operations = ReturnType<typeof bindEngine>;

export function bindEngine(engine: Engine, monotonicMs: () => number) {
  const of = createTenantEngines(engine);
  const bind =
    <Rest extends readonly unknown[], Answer>(operation: Operation<Rest, Answer>) =>
    (...rest: Rest): Promise<Answer> =>
      refusing(operation(engine, ...rest));
  /** Operations of a caller wait for connections in the turn of his tenant; all others in the server's. */
  const bindCaller =
    <Rest extends readonly unknown[], Answer>(operation: Operation<[Caller, ...Rest], Answer>) =>
    (caller: Caller, ...rest: Rest): Promise<Answer> =>
      refusing(operation(of(caller.tenantId), caller, ...rest));
  const bindStream =
    <Rest extends readonly unknown[], Answer>(operation: StreamOperation<[Caller, ...Rest], Answer>) =>
    (caller: Caller, ...rest: Rest): AsyncIterable<Answer> =>
      refusingStream(operation(of(caller.tenantId), caller, ...rest));
  const coalesced = <Item, Answer>(
    run: (engine: Engine, tenantId: string, items: readonly Item[]) => Promise<readonly Answer[]>,
    weigh: (item: Item) => number,
    batchWeightMax?: number,
  ) =>
    createCoalescer({
      run: (tenantId, items: readonly Item[]) => run(of(tenantId), tenantId, items),
      ...{ weigh, isPoison, ...(batchWeightMax !== undefined && { batchWeightMax }) },
    });
  const dispatcher = createDispatcher(engine, of);
  const create = coalesced(
    (ofTenant, tenantId, calls: readonly CreateCall[]) => createTasks(ofTenant, dispatcher.reserve, tenantId, calls),
    ({ requests }) => requests.length,
  );
  const gatherReadings = coalesced(getTasks, () => 1, readingsMax);
  const readTask: ReadTask = (reading) => gatherReadings(reading.caller.tenantId, reading);
  /** Each list of one call goes into the next batch as a whole, beside other callers' lists. */
  const settling = <Request, Answer extends object>(
    operation: (
      engine: Engine,
      tenantId: string,
      asked: readonly LeaseCall<Request>[],
    ) => Promise<(Answer | Refusal)[]>,
  ) => {
    const submit = coalesced<readonly LeaseCall<Request>[], (Answer | Refusal)[]>(
      async (ofTenant, tenantId, lists) => {
        const answers = await operation(ofTenant, tenantId, lists.flat());
        return lists.map((list) => answers.splice(0, list.length));
      },
      (list) => list.length,
    );
    return (caller: Caller, requests: readonly Request[]) =>
      refusing(
        submit(
          caller.tenantId,
          requests.map((request) => ({ caller, request })),
        ),
      );
  };
  const sessionTurns = createSemaphore(sessionChangesMax, sessionChangesWaitingMax);
  const inTurn =
    <Rest extends readonly unknown[], Answer>(operation: Operation<[Caller, ...Rest], Answer>) =>
    (caller: Caller, ...rest: Rest): Promise<Answer> =>
      refusing(sessionTurns(() => operation(of(caller.tenantId), caller, ...rest)));
  const writeHeartbeat = createWriteHeartbeat(engine);
  const plainClaims = createPlainClaims(of, isPoison);
  const waitPoller = createWaitPoller(engine);
  // Strangers who try keys wait among themselves.
  const judge = createAuthenticate(of("authentication"), monotonicMs);
  const recognize = createRecognize(of("authentication"), monotonicMs);
  const auditRefusal = createAuditRefusal(engine, monotonicMs);
  const operations = {
    authenticate: (key: string) => refusing(judge(key)),
    recognize: (stated: Stated) => refusing(recognize(stated)),
    hasCredential: bind(hasCredential),
    auditRefusal: (refused: DeniedCall) => refusing(auditRefusal(refused)),
    createTasks: (caller: Caller, requests: readonly CreateTaskRequest[], requestId: string) =>
      refusing(create(caller.tenantId, { caller, requests, requestId })),
    getTask: (caller: Caller, taskId: string) => refusing(readTask({ caller, taskId })),
    listTasks: bindCaller(listTasks),
    cancelTask: bindCaller(cancelTask),
    awaitTask: (caller: Caller, taskId: string, waitMs: number, signal: AbortSignal) =>
      refusing(awaitTask(of(caller.tenantId), readTask, caller, taskId, waitMs, signal)),
    watchTask: bindStream(watchTask),
    claimTasks: (caller: Caller, request: ClaimTasksRequest) =>
      refusing(claimTasks(of(caller.tenantId), plainClaims, caller, request)),
    claimTasksWaiting: (caller: Caller, request: ClaimTasksRequest, signal: AbortSignal) =>
      refusing(claimTasksWaiting(of(caller.tenantId), plainClaims, dispatcher, caller, request, signal)),
    renewLeases: bindCaller(renewLeases),
    keepLeases: (caller: Caller, requests: AsyncIterable<KeepLeasesRequest>) =>
      refusingStream(keepLeases(of(caller.tenantId), writeHeartbeat, sessionTurns, caller, requests)),
    subscribe: dispatcher.join,
    openWorkSession: inTurn(openWorkSession),
    keepWorkSession: (
      caller: Caller,
      session: SessionEpoch,
      reported: ReadonlyMap<string, ReportedLease>,
      listAll?: boolean,
    ) => {
      const through = { writeHeartbeat, sessionSemaphore: sessionTurns };
      return refusing(keepWorkSession(of(caller.tenantId), through, caller, session, reported, listAll));
    },
    breakWorkSession: inTurn(breakWorkSession),
    endWorkSession: inTurn(endWorkSession),
    returnOffers: inTurn(returnOffers),
    acceptLeases: bindCaller(acceptLeases),
    inspectLeases: inTurn(inspectLeases),
    startTasks: settling(startTasks),
    reportProgress: settling(reportProgress),
    completeTasks: settling(completeTasks),
    failTasks: settling(failTasks),
    releaseLeases: settling(releaseLeases),
    getReceipt: bindCaller(getReceipt),
    listReceipts: bindCaller(listReceipts),
    acknowledgeReceipt: bindCaller(acknowledgeReceipt),
    appendReceipt: bindCaller(appendReceipt),
    checkTermination: bindCaller(checkTermination),
    traceReceipt: bindCaller(traceReceipt),
    verifyLedger: bindCaller(verifyLedger),
    listOpenObligations: bindCaller(listOpenObligations),
    watchOpenObligations: bindStream(watchOpenObligations),
    explainObligation: bindCaller(explainObligation),
    getServerInfo: bindCaller(getServerInfo),
    getConfig: bindCaller(getConfig),
    bootstrap: bindCaller(bootstrap),
    createTenant: bind(createTenant),
    listTenants: bind(listTenants),
    updateTenant: bind(updateTenant),
    suspendTenant: bind(suspendTenant),
    resumeTenant: bind(resumeTenant),
    createApiKey: bind(createApiKey),
    listApiKeys: bind(listApiKeys),
    revokeApiKey: bind(revokeApiKey),
    listPrincipals: bind(listPrincipals),
    listAuditRecords: bind(listAuditRecords),
    sweep: bind(sweep),
    pollWaits: (poll: Poll, signal: AbortSignal) => refusing(waitPoller(poll, signal)),
    makeDevTenant: bind(makeDevTenant),
    makePartitions: bind(makePartitions),
    dropExpired: bind(dropExpired),
    readiness: () => readiness(engine),
  };
  const settleItems = createSettleItems(operations);
  const streams = new Set<Promise<void>>();
  const workOperations: WorkOperations = {
    ...operations,
    settleItems,
    track(ended) {
      streams.add(ended);
      void ended.then(() => streams.delete(ended));
    },
  };
  return {
    ...operations,
    work: (caller: Caller, requests: AsyncIterable<WorkRequest>, door: StreamContext) =>
      refusingStream(work(engine, workOperations, caller, requests, door)),
    /** Resolves when nothing is under way any more that streams of workers have left behind. */
    workEnded: async () => void (await Promise.all(streams)),
  };
}

/** What the database says of itself is nobody's item's fault; everything else may be. */
function isPoison(error: unknown): boolean {
  return classifyDriverError(error).kind === "bug" && !(error instanceof Refused);
}

/** How long callers wait before they try again: about the time in which a pool drains or a database comes back. */
const overloadedRetryMs = 250;
const unavailableRetryMs = 1_000;

/** What the database cannot do now is no fault of ours; everything else is passed on as it is. */
async function refusing<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    throw refusalOf(error);
  }
}

async function* refusingStream<Answer>(answers: AsyncIterable<Answer>): AsyncGenerator<Answer> {
  try {
    yield* answers;
  } catch (error) {
    throw refusalOf(error);
  }
}

function refusalOf(error: unknown): unknown {
  const fault = classifyDriverError(error);
  switch (fault.kind) {
    case "overloaded": {
      const { bound, value } = fault;
      return new Refused(overloaded({ limit: "waiting_for_connections_max", bound, value }, overloadedRetryMs), {
        cause: error,
      });
    }
    case "conflict":
    case "timeout":
      return new Refused(unavailable("The database is too busy to answer in time.", unavailableRetryMs), {
        cause: error,
      });
    case "unavailable":
      return new Refused(unavailable("The database does not answer.", unavailableRetryMs), { cause: error });
    default:
      return error;
  }
}
