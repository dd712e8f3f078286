// How operations are bound: each to one server's engine and to the way in which it is run. The columns of the table in
// index.ts are the functions below; whichever it is, trouble with the database leaves as a refusal, here and nowhere
// else.
import { overloaded, type Refusal, Refused, unavailable } from "../core/refusal.ts";
import { classifyDriverError } from "../store/driver-errors.ts";
import type { Caller } from "./caller.ts";
import { type ClaimTogether, createClaimTogether } from "./claims/coalesced-claims.ts";
import { createDispatcher, type Dispatcher } from "./claims/dispatcher.ts";
import type { Engine } from "./engine.ts";
import { createCoalescer } from "./runtime/coalescer.ts";
import { createSemaphore, type Semaphore } from "./runtime/semaphore.ts";
import { createWriteHeartbeat, type WriteHeartbeat } from "./sessions/heartbeats.ts";
import type { StreamContext } from "./sessions/work.ts";
import { type Reading, type ReadTask, readingsMax, readTogether } from "./tasks/get-task.ts";
import { createTenantEngines } from "./tx/tenant-engines.ts";

/** An engine with what the calls of one server share: each gathers calls, or lets a few of them run at once. */
export type SharedEngine = Engine & {
  readonly dispatcher: Dispatcher;
  readonly claimTogether: ClaimTogether;
  readonly writeHeartbeat: WriteHeartbeat;
  readonly readTask: ReadTask;
  readonly sessionSemaphore: Semaphore;
};

export type Wiring = {
  readonly engine: SharedEngine;
  /** The same engine, whose transactions wait for a connection in the queue of that tenant. */
  readonly engineOf: (tenantId: string) => SharedEngine;
  readonly monotonicMs: () => number;
};

/** Sessions that open, end or attach leases at once, some milliseconds each; and how many calls may wait for that. */
const sessionChangesMax = 4;
const sessionChangesWaitingMax = 20_000;

export function wire(engine: Engine, monotonicMs: () => number): Wiring {
  const engineOf = (tenantId: string): SharedEngine => tenantEngines(tenantId);
  const reading = createCoalescer({
    run: (tenantId, readings: readonly Reading[]) => readTogether(engineOf(tenantId), tenantId, readings),
    weigh: () => 1,
    batchWeightMax: readingsMax,
    isPoison,
  });
  const shared: SharedEngine = {
    ...engine,
    dispatcher: createDispatcher(engine, engineOf),
    claimTogether: createClaimTogether(engineOf, isPoison),
    writeHeartbeat: createWriteHeartbeat(engine),
    readTask: (call) => reading(call.caller.tenantId, call),
    sessionSemaphore: createSemaphore(sessionChangesMax, sessionChangesWaitingMax),
  };
  const tenantEngines = createTenantEngines(shared);
  return { engine: shared, engineOf, monotonicMs };
}

/** What an operation takes after engine and caller. */
type Asked = readonly [request?: unknown, signal?: AbortSignal | StreamContext];

export type Binding<Bound> = (wiring: Wiring) => Bound;

/** By itself, in the queue of the caller's tenant. */
export function call<Args extends Asked, Answer>(
  operation: (engine: SharedEngine, caller: Caller, ...args: Args) => Promise<Answer>,
): Binding<(caller: Caller, ...args: Args) => Promise<Answer>> {
  return ({ engineOf }) =>
    (caller, ...args) =>
      operation(engineOf(caller.tenantId), caller, ...args);
}

/** The same for an operation that answers with a stream. */
export function stream<Args extends Asked, Answer>(
  operation: (engine: SharedEngine, caller: Caller, ...args: Args) => AsyncIterable<Answer>,
): Binding<(caller: Caller, ...args: Args) => AsyncIterable<Answer>> {
  return ({ engineOf }) =>
    (caller, ...args) =>
      operation(engineOf(caller.tenantId), caller, ...args);
}

/** Together with calls of the tenant that come while others are under way, in one transaction. */
export function batched<Request, Answer>(
  operation: (
    engine: SharedEngine,
    tenantId: string,
    calls: readonly { readonly caller: Caller; readonly request: Request }[],
  ) => Promise<readonly Answer[]>,
  weigh: (request: Request) => number,
): Binding<(caller: Caller, request: Request) => Promise<Answer>> {
  return ({ engineOf }) => {
    type Call = { readonly caller: Caller; readonly request: Request };
    const submit = createCoalescer<Call, Answer>({
      run: (tenantId, calls) => operation(engineOf(tenantId), tenantId, calls),
      weigh: ({ request }) => weigh(request),
      isPoison,
    });
    return (caller, request) => submit(caller.tenantId, { caller, request });
  };
}

/** The same for lists of requests: each list goes into a batch as a whole, and is answered item by item. */
export function batchedLists<Request, Answer>(
  operation: (
    engine: SharedEngine,
    tenantId: string,
    calls: readonly { readonly caller: Caller; readonly request: Request }[],
  ) => Promise<(Answer | Refusal)[]>,
  weigh: (request: Request) => number = () => 1,
): Binding<(caller: Caller, requests: readonly Request[]) => Promise<(Answer | Refusal)[]>> {
  return batched<readonly Request[], (Answer | Refusal)[]>(
    async (engine, tenantId, lists) => {
      const calls = lists.flatMap(({ caller, request }) => request.map((one) => ({ caller, request: one })));
      const answers = await operation(engine, tenantId, calls);
      return lists.map(({ request }) => answers.splice(0, request.length));
    },
    (requests) => requests.reduce((sum, request) => sum + weigh(request), 0),
  );
}

/** A few at once: all workers of a server that fell come back together, and must leave connections to settlements. */
export function limited<Args extends Asked, Answer>(
  operation: (engine: SharedEngine, caller: Caller, ...args: Args) => Promise<Answer>,
): Binding<(caller: Caller, ...args: Args) => Promise<Answer>> {
  return ({ engine, engineOf }) =>
    (caller, ...args) =>
      engine.sessionSemaphore(() => operation(engineOf(caller.tenantId), caller, ...args));
}

/** In the server's own queue: what the server does by itself, and what administrators do during a flood, too. */
export function ofServer<Args extends readonly unknown[], Answer>(
  operation: (engine: SharedEngine, ...args: Args) => Answer,
): Binding<(...args: Args) => Answer> {
  return ({ engine }) =>
    (...args) =>
      operation(engine, ...args);
}

type Table = Readonly<Record<string, Binding<(...args: never[]) => unknown>>>;
type BoundTable<Rows extends Table> = {
  readonly [Name in keyof Rows]: Rows[Name] extends Binding<infer Bound> ? Bound : never;
};

export function bindAll<Rows extends Table>(table: Rows, wiring: Wiring): BoundTable<Rows> {
  const bound = Object.entries(table).map(([name, binding]) => [name, refusing(binding(wiring))]);
  return Object.fromEntries(bound) as BoundTable<Rows>;
}

/** What the database cannot do now becomes a refusal, however the operation answers; all else passes as it is. */
function refusing(operation: (...args: never[]) => unknown): (...args: never[]) => unknown {
  return (...args) => {
    const answer = operation(...args);
    if (answer instanceof Promise) return answer.catch(rethrow);
    return isStream(answer) ? refusingStream(answer) : answer;
  };
}

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}

async function* refusingStream(answers: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* answers;
  } catch (error) {
    rethrow(error);
  }
}

function rethrow(error: unknown): never {
  throw refusalOf(error) ?? error;
}

/** How long callers wait before they try again: about the time in which a pool drains or a database comes back. */
const overloadedRetryMs = 250;
const unavailableRetryMs = 1_000;

function refusalOf(error: unknown): Refused | undefined {
  const fault = classifyDriverError(error);
  switch (fault.kind) {
    case "overloaded": {
      const limit = { limit: "waiting_for_connections_max", bound: fault.bound, value: fault.value };
      return new Refused(overloaded(limit, overloadedRetryMs), { cause: error });
    }
    case "conflict":
    case "timeout":
      return new Refused(unavailable("The database is too busy to answer in time.", unavailableRetryMs), {
        cause: error,
      });
    case "unavailable":
      return new Refused(unavailable("The database does not answer.", unavailableRetryMs), { cause: error });
    default:
      return undefined;
  }
}

/** An error about the database itself is never caused by one item of a batch; any other may be. */
function isPoison(error: unknown): boolean {
  return classifyDriverError(error).kind === "bug" && !(error instanceof Refused);
}
