// The engine: every operation bound to its dependencies, and the database's troubles turned into refusals on the way out.
import { overloaded, Refused, unavailable } from "../core/refusal.ts";
import { classifyDriverError } from "../store/driver-errors.ts";
import { acknowledgeReceipt } from "./acknowledge-receipt.ts";
import { appendReceipt } from "./append-receipt.ts";
import { createAuthenticate } from "./authenticate.ts";
import { awaitTask } from "./await-task.ts";
import { bootstrap } from "./bootstrap.ts";
import { cancelTask } from "./cancel-task.ts";
import { checkTermination } from "./check-termination.ts";
import { claimTasks } from "./claim-tasks.ts";
import { claimTasksWaiting } from "./claim-tasks-waiting.ts";
import { completeTasks } from "./complete-tasks.ts";
import { createTasks } from "./create-tasks.ts";
import { makeDevTenant } from "./dev-tenant.ts";
import type { Engine } from "./engine.ts";
import { explainObligation } from "./explain-obligation.ts";
import { failTasks } from "./fail-task.ts";
import { getConfig } from "./get-config.ts";
import { getReceipt } from "./get-receipt.ts";
import { getServerInfo } from "./get-server-info.ts";
import { getTask } from "./get-task.ts";
import { keepLeases } from "./keep-leases.ts";
import { listOpenObligations } from "./list-open-obligations.ts";
import { listReceipts } from "./list-receipts.ts";
import { listTasks } from "./list-tasks.ts";
import { makePartitions } from "./partitions.ts";
import { readiness } from "./readiness.ts";
import { releaseLeases } from "./release-lease.ts";
import { renewLeases } from "./renew-leases.ts";
import { reportProgress } from "./report-progress.ts";
import { startTasks } from "./start-task.ts";
import { sweep } from "./sweep.ts";
import { traceReceipt } from "./trace-receipt.ts";
import { verifyLedger } from "./verify-ledger.ts";
import { watchOpenObligations } from "./watch-open-obligations.ts";
import { watchTask } from "./watch-task.ts";

export type { DevKey } from "./dev-tenant.ts";
export type { Caller, Engine, ServerFacts } from "./engine.ts";

type Operation<Rest extends readonly unknown[], Answer> = (engine: Engine, ...rest: Rest) => Promise<Answer>;

type StreamOperation<Rest extends readonly unknown[], Answer> = (
  engine: Engine,
  ...rest: Rest
) => AsyncIterable<Answer>;

export type Operations = ReturnType<typeof bindEngine>;

export function bindEngine(engine: Engine, monotonicMs: () => number) {
  const bind =
    <Rest extends readonly unknown[], Answer>(operation: Operation<Rest, Answer>) =>
    (...rest: Rest): Promise<Answer> =>
      refusing(operation(engine, ...rest));
  const bindStream =
    <Rest extends readonly unknown[], Answer>(operation: StreamOperation<Rest, Answer>) =>
    (...rest: Rest): AsyncIterable<Answer> =>
      refusingStream(operation(engine, ...rest));
  const judge = createAuthenticate(engine, monotonicMs);
  return {
    authenticate: (key: string) => refusing(judge(key)),
    createTasks: bind(createTasks),
    getTask: bind(getTask),
    listTasks: bind(listTasks),
    cancelTask: bind(cancelTask),
    awaitTask: bind(awaitTask),
    watchTask: bindStream(watchTask),
    claimTasks: bind(claimTasks),
    claimTasksWaiting: bind(claimTasksWaiting),
    renewLeases: bind(renewLeases),
    keepLeases: bindStream(keepLeases),
    startTasks: bind(startTasks),
    reportProgress: bind(reportProgress),
    completeTasks: bind(completeTasks),
    failTasks: bind(failTasks),
    releaseLeases: bind(releaseLeases),
    getReceipt: bind(getReceipt),
    listReceipts: bind(listReceipts),
    acknowledgeReceipt: bind(acknowledgeReceipt),
    appendReceipt: bind(appendReceipt),
    checkTermination: bind(checkTermination),
    traceReceipt: bind(traceReceipt),
    verifyLedger: bind(verifyLedger),
    listOpenObligations: bind(listOpenObligations),
    watchOpenObligations: bindStream(watchOpenObligations),
    explainObligation: bind(explainObligation),
    getServerInfo: bind(getServerInfo),
    getConfig: bind(getConfig),
    bootstrap: bind(bootstrap),
    sweep: bind(sweep),
    makeDevTenant: bind(makeDevTenant),
    makePartitions: bind(makePartitions),
    readiness: () => readiness(engine),
  };
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
    case "overloaded":
      return new Refused(overloaded({ limit: "database_connections", bound: 0, value: 0 }, overloadedRetryMs), {
        cause: error,
      });
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
