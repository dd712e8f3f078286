// The engine: every operation bound to its dependencies, and the database's troubles turned into refusals on the way
// out.
import type { ClaimTasksRequest, KeepLeasesRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { CreateTaskRequest } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { WorkRequest } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { overloaded, type Refusal, Refused, unavailable } from "../core/refusal.ts";
import { classifyDriverError } from "../store/driver-errors.ts";
import { acceptLeases } from "./accept-leases.ts";
import { acknowledgeReceipt } from "./acknowledge-receipt.ts";
import { appendReceipt } from "./append-receipt.ts";
import { createAuditRefusal, type RefusedDeed } from "./audit.ts";
import { createAuthenticate, createRecognize, type Stated } from "./authenticate.ts";
import { awaitTask } from "./await-task.ts";
import { type Beating, beatWorkSession, createBeats } from "./beats.ts";
import { bootstrap } from "./bootstrap.ts";
import { cancelTask } from "./cancel-task.ts";
import { checkTermination } from "./check-termination.ts";
import { claimTasks, createPlainClaims } from "./claim-tasks.ts";
import { claimTasksWaiting } from "./claim-tasks-waiting.ts";
import { createCoalescer } from "./coalescer.ts";
import { completeTasks } from "./complete-tasks.ts";
import { createApiKey } from "./create-api-key.ts";
import { type CreateCall, createTasks } from "./create-tasks.ts";
import { createTenant } from "./create-tenant.ts";
import { makeDevTenant } from "./dev-tenant.ts";
import { createDispatcher } from "./dispatcher.ts";
import { dropExpired } from "./drop-expired.ts";
import type { Caller, Engine } from "./engine.ts";
import { explainObligation } from "./explain-obligation.ts";
import { failTasks } from "./fail-task.ts";
import { getConfig } from "./get-config.ts";
import { getReceipt } from "./get-receipt.ts";
import { getServerInfo } from "./get-server-info.ts";
import { getTasks, type ReadTask, readingsMax } from "./get-task.ts";
import { hasCredential } from "./has-credential.ts";
import { createEngineOf } from "./in-turn.ts";
import { keepLeases } from "./keep-leases.ts";
import { createLimiter } from "./limiter.ts";
import { listApiKeys } from "./list-api-keys.ts";
import { listAuditRecords } from "./list-audit-records.ts";
import { listOpenObligations } from "./list-open-obligations.ts";
import { listPrincipals } from "./list-principals.ts";
import { listReceipts } from "./list-receipts.ts";
import { listTasks } from "./list-tasks.ts";
import { listTenants } from "./list-tenants.ts";
import { lookAtLeases } from "./look-at-leases.ts";
import { createLookout, type Look } from "./lookout.ts";
import { makePartitions } from "./partitions.ts";
import { readiness } from "./readiness.ts";
import { releaseLeases } from "./release-lease.ts";
import { renewLeases } from "./renew-leases.ts";
import { reportProgress } from "./report-progress.ts";
import { revokeApiKey } from "./revoke-api-key.ts";
import type { SaidLease } from "./session-leases.ts";
import type { Asked } from "./settle-held.ts";
import { startTasks } from "./start-task.ts";
import { sweep } from "./sweep.ts";
import { traceReceipt } from "./trace-receipt.ts";
import { resumeTenant, suspendTenant, updateTenant } from "./update-tenant.ts";
import { verifyLedger } from "./verify-ledger.ts";
import { watchOpenObligations } from "./watch-open-obligations.ts";
import { watchTask } from "./watch-task.ts";
import { type WorkDoor, type WorkOperations, work } from "./work.ts";
import { createSettleItems } from "./work-items.ts";
import { breakWorkSession, endWorkSession, openWorkSession, returnOffers } from "./work-sessions.ts";

export type { DevKey } from "./dev-tenant.ts";
export type { Caller, Engine, ServerFacts } from "./engine.ts";
export type { WorkCount, WorkDoor } from "./work.ts";

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
  const of = createEngineOf(engine);
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
    operation: (engine: Engine, tenantId: string, asked: readonly Asked<Request>[]) => Promise<(Answer | Refusal)[]>,
  ) => {
    const submit = coalesced<readonly Asked<Request>[], (Answer | Refusal)[]>(
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
  const sessionTurns = createLimiter(sessionChangesMax, sessionChangesWaitingMax);
  const inTurn =
    <Rest extends readonly unknown[], Answer>(operation: Operation<[Caller, ...Rest], Answer>) =>
    (caller: Caller, ...rest: Rest): Promise<Answer> =>
      refusing(sessionTurns(() => operation(of(caller.tenantId), caller, ...rest)));
  const beats = createBeats(engine);
  const plainClaims = createPlainClaims(of, isPoison);
  const lookout = createLookout(engine);
  // Strangers who try keys wait among themselves.
  const judge = createAuthenticate(of("authentication"), monotonicMs);
  const recognize = createRecognize(of("authentication"), monotonicMs);
  const auditRefusal = createAuditRefusal(engine, monotonicMs);
  const operations = {
    authenticate: (key: string) => refusing(judge(key)),
    recognize: (stated: Stated) => refusing(recognize(stated)),
    hasCredential: bind(hasCredential),
    auditRefusal: (refused: RefusedDeed) => refusing(auditRefusal(refused)),
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
      refusingStream(keepLeases(of(caller.tenantId), beats, sessionTurns, caller, requests)),
    takeSeat: dispatcher.join,
    openWorkSession: inTurn(openWorkSession),
    beatWorkSession: (caller: Caller, session: Beating, said: ReadonlyMap<string, SaidLease>, mayKeepMore?: boolean) =>
      refusing(
        beatWorkSession(of(caller.tenantId), { beats, inTurn: sessionTurns }, caller, session, said, mayKeepMore),
      ),
    breakWorkSession: inTurn(breakWorkSession),
    endWorkSession: inTurn(endWorkSession),
    returnOffers: inTurn(returnOffers),
    acceptLeases: bindCaller(acceptLeases),
    lookAtLeases: inTurn(lookAtLeases),
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
    lookOut: (look: Look, signal: AbortSignal) => refusing(lookout(look, signal)),
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
    follow(ended) {
      streams.add(ended);
      void ended.then(() => streams.delete(ended));
    },
  };
  return {
    ...operations,
    work: (caller: Caller, requests: AsyncIterable<WorkRequest>, door: WorkDoor) =>
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
