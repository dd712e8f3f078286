// The tasks that a worker holds: each from its offer, through its handler, until its settlement is answered. A task is
// settled even if its lease seems lost: the fence makes a late result harmless, and the server's answer is the truth.
import { create, toBinary } from "@bufbuild/protobuf";
import { type Lease, type LeasedTask, LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { type Holder, HolderSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { AcceptSchema, type Offer, type Settled } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Created } from "./client-tasks.ts";
import { contentOf, payloadOf } from "./content.ts";
import { type AsyncGateError, errorOfDetail, type StopCause } from "./errors.ts";
import { type Handler, type HeldTask, type JobCalls, jobOf, stopHandler } from "./job.ts";
import type { NewTask } from "./new-task.ts";
import type { Item } from "./outbox.ts";
import { createOutputs, type Outputs } from "./output.ts";
import { createProgressReports } from "./progress-reports.ts";
import { failure, release, returned, type Settlement } from "./settlement.ts";
import { hasTraces, inSpanOf } from "./traces.ts";
import type { Ending, WorkerEvent } from "./worker-events.ts";

export type TaskRunnerOptions = {
  readonly handlers: ReadonlyMap<string, Handler>;
  /** Whether each task is reported as started. */
  readonly start: boolean;
  readonly emit: (event: WorkerEvent) => void;
  readonly nextRequestId: () => string;
  /** Returns false if the item fits into no frame. */
  readonly put: (item: Item) => boolean;
  readonly replace: (item: Item, by: Item) => boolean;
  /** Outside of the stream. */
  readonly sendSignal: JobCalls["sendSignal"];
  readonly addScopes: JobCalls["addScopes"];
  /** How many items wait to be sent. */
  readonly waiting: () => number;
  readonly createTask: (task: NewTask) => Promise<Created>;
  /** A slot may be free, or nothing may be left to do. */
  readonly onChange: () => void;
};

export type TaskCounts = Record<"running" | "taken" | Ending | "refused" | "lost", number>;

export type TaskRunner = {
  readonly counts: TaskCounts;
  /** How many tasks are held. */
  readonly size: number;
  all(): HeldTask[];
  find(leaseId: string): HeldTask | undefined;
  /** Accepts an offer. The handler is started by `begin`, after the accept has been sent. */
  take(offer: Offer): HeldTask | undefined;
  /** Takes a task along that an earlier process of this worker holds. Its handler is started by `begin`. */
  adopt(leased: LeasedTask): HeldTask | undefined;
  begin(held: HeldTask): void;
  lose(held: HeldTask, loss: LeaseLoss): void;
  /** Tells the handler to stop. */
  stop(held: HeldTask, cause: StopCause): void;
  /** Releases a task whose handler has not finished, with its last checkpoint. */
  giveUp(held: HeldTask, reason: string): void;
  /** Whether the answer is a temporary refusal, and the item will be sent again later. */
  retryLater(item: Item, settled: Settled): boolean;
};

type Runner = {
  readonly options: TaskRunnerOptions;
  readonly held: Map<string, HeldTask>;
  readonly counts: TaskCounts;
  readonly calls: JobCalls;
  readonly outputs: Outputs;
};

/** Reports beyond this are refused: a handler that does not await them would fill the memory while a server is away. */
const waitingMax = 10_000;
/** For temporary refusals that do not say how long to wait. */
const retryMsDefault = 250;

const endings = {
  completes: "completed",
  suspends: "suspended",
  handOffs: "handedOff",
  questions: "asked",
  fails: "failed",
  releases: "released",
} as const satisfies Record<Settlement["list"], Ending>;

export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const outputs = createOutputs({
    ...options,
    retryLater: (item, settled) => retryLater(options, item, settled),
    onRefused: ({ task }, stream, error) => options.emit({ type: "output_refused", task, stream, error }),
  });
  const runner: Runner = {
    options,
    outputs,
    held: new Map(),
    counts: {
      running: 0,
      taken: 0,
      completed: 0,
      suspended: 0,
      handedOff: 0,
      asked: 0,
      failed: 0,
      released: 0,
      refused: 0,
      lost: 0,
    },
    calls: jobCalls(options, outputs),
  };
  return {
    counts: runner.counts,
    get size() {
      return runner.held.size;
    },
    all: () => [...runner.held.values()],
    find: (leaseId) => runner.held.get(leaseId),
    take: (offer) => take(runner, offer),
    adopt: (leased) => hold(runner, leased),
    begin: (held) => void run(runner, held),
    lose: (held, loss) => lose(runner, held, loss),
    stop: (held, cause) => stop(runner, held, cause),
    giveUp(held, reason) {
      if (held.isSettling || held.loss !== undefined) return;
      settle(runner, held, release(held, options.nextRequestId(), reason));
    },
    retryLater: (item, settled) => retryLater(options, item, settled),
  };
}

function jobCalls(options: TaskRunnerOptions, outputs: Outputs): JobCalls {
  const { nextRequestId, put, replace, waiting } = options;
  const reports = createProgressReports({
    nextRequestId,
    replace,
    put(item) {
      if (waiting() >= waitingMax) throw new RangeError("too many items wait to be sent: await the reports");
      if (!put(item)) throw tooLarge();
    },
    retryLater: (item, settled) => retryLater(options, item, settled),
  });
  return {
    createTask: options.createTask,
    start: reports.start,
    output: outputs.of,
    sendSignal: options.sendSignal,
    addScopes: options.addScopes,
    report(held, note, checkpoint) {
      // Kept here as well: a release carries it, whether or not the report was sent.
      if (checkpoint !== undefined) held.checkpoint = payloadOf(checkpoint);
      return reports.report(held, { note, checkpoint: checkpoint === undefined ? undefined : held.checkpoint });
    },
    spend: (held, spend) => reports.report(held, { spend }),
  };
}

function tooLarge(): RangeError {
  return new RangeError("this is larger than a message may be: store it elsewhere and pass a reference to it");
}

function retryLater({ put }: TaskRunnerOptions, item: Item, { result }: Settled): boolean {
  if (result.case !== "error") return false;
  const error = errorOfDetail(result.value);
  if (!error.retryable) return false;
  setTimeout(() => put(item), error.retryAfterMs ?? retryMsDefault);
  return true;
}

function holderOf({ worker, leaseId, fence, grantTime, expireTime }: Lease): Holder {
  return create(HolderSchema, {
    leaseId,
    fence,
    ...(worker && { worker }),
    ...(grantTime && { grantTime }),
    ...(expireTime && { expireTime }),
  });
}

function take(runner: Runner, { leased }: Offer): HeldTask | undefined {
  const { options, calls } = runner;
  const held = leased && hold(runner, leased);
  if (!held) return undefined;
  accept(runner, held);
  if (options.start) void calls.start(held);
  options.emit({ type: "taken", task: held.task });
  return held;
}

function hold(runner: Runner, leased: LeasedTask): HeldTask | undefined {
  const { counts } = runner;
  const { task, lease, waitResults, handOff, review } = leased;
  if (!task || !lease) return undefined;
  // The hello asks the server to leave it out, because the lease says the same.
  task.holder ??= holderOf(lease);
  const held: HeldTask = {
    leased,
    task,
    leaseToken: lease.token,
    leaseId: lease.leaseId,
    waitResults,
    handOff,
    review,
    isRunning: true,
    isSettling: false,
    hasEnding: false,
    isOverBudget: false,
    loss: undefined,
    stop: undefined,
    controller: undefined,
    checkpoint: undefined,
  };
  runner.held.set(held.leaseId, held);
  counts.running += 1;
  counts.taken += 1;
  return held;
}

function accept(runner: Runner, held: HeldTask): void {
  const { options } = runner;
  const { leaseToken } = held;
  const item: Item = {
    list: "accepts",
    bytes: toBinary(AcceptSchema, { $typeName: "asyncgate.v1.Accept", leaseToken }),
    key: leaseToken,
    onAnswer(settled) {
      // The offer's window was over, or the task was canceled. The handler has begun and is told to stop.
      if (settled.result.case === "error" && !retryLater(options, item, settled)) lose(runner, held, LeaseLoss.FENCED);
    },
  };
  options.put(item);
}

async function run(runner: Runner, held: HeldTask): Promise<void> {
  const { options, calls, counts } = runner;
  const { task } = held;
  try {
    const handler = options.handlers.get(task.type);
    if (!handler) throw new Error(`there is no handler for ${task.type}`);
    const handle = () => handler(contentOf(task.payload) as never, jobOf(held, calls));
    const output = await (hasTraces() ? inSpanOf(task, handle) : handle());
    if (!held.isSettling) settle(runner, held, returned(held, options.nextRequestId(), output));
  } catch (thrown) {
    options.emit({ type: "thrown", task, error: thrown });
    if (!held.isSettling) settleThrown(runner, held, thrown);
  } finally {
    held.isRunning = false;
    counts.running -= 1;
    options.onChange();
  }
}

function settleThrown(runner: Runner, held: HeldTask, thrown: unknown): void {
  const { nextRequestId } = runner.options;
  // There is nothing to settle if the lease is lost.
  if (held.loss !== undefined) runner.held.delete(held.leaseId);
  else if (held.stop) settle(runner, held, release(held, nextRequestId(), held.stop.why));
  else settle(runner, held, failure(held, nextRequestId(), thrown));
}

function settle(runner: Runner, held: HeldTask, { list, requestId, bytes }: Settlement): void {
  const { options } = runner;
  held.isSettling = true;
  runner.outputs.finish(held);
  const item: Item = {
    list,
    bytes,
    key: requestId,
    onAnswer(settled) {
      if (!retryLater(options, item, settled)) takeAnswer(runner, held, list, settled);
      options.onChange();
    },
  };
  // An item that fits into no frame is settled in another way, as if the server had refused it.
  if (!options.put(item)) settleInstead(runner, held, list, tooLarge());
}

function takeAnswer(runner: Runner, held: HeldTask, list: Settlement["list"], { result, requestId }: Settled): void {
  const { counts, options } = runner;
  const { task } = held;
  const ending = endings[list];
  if (result.case !== "error") {
    runner.held.delete(held.leaseId);
    counts[ending] += 1;
    const receiptId = result.value && "receiptId" in result.value ? result.value.receiptId : "";
    options.emit({ type: "settled", task, ending, receiptId });
    return;
  }
  const error = errorOfDetail(result.value, requestId);
  counts.refused += 1;
  options.emit({ type: "refused", task, ending, error });
  if (isLeaseEnded(error)) runner.held.delete(held.leaseId);
  else settleInstead(runner, held, list, error);
}

/** The lease is still held and must end in another way: an end or a move as failure, that as release. */
function settleInstead(runner: Runner, held: HeldTask, list: Settlement["list"], error: Error): void {
  const { nextRequestId } = runner.options;
  held.checkpoint = undefined;
  if (list === "completes" || list === "suspends" || list === "questions" || list === "handOffs")
    settle(runner, held, failure(held, nextRequestId(), error));
  else if (list === "fails") settle(runner, held, release(held, nextRequestId(), error.message));
  else runner.held.delete(held.leaseId);
}

function lose(runner: Runner, held: HeldTask, loss: LeaseLoss): void {
  // If its settlement is on its way, the answer to that counts.
  if (held.loss !== undefined || held.isSettling) return;
  held.loss = loss;
  runner.counts.lost += 1;
  runner.options.emit({ type: "lost", task: held.task, loss });
  stop(runner, held, { why: "lease_lost", loss });
}

function stop({ options }: Runner, held: HeldTask, cause: StopCause): void {
  if (held.stop === undefined) options.emit({ type: "stopping", task: held.task, cause });
  stopHandler(held, cause);
}

/** Facts about the lease or the transition come with every reason that says that the lease has ended. */
function isLeaseEnded({ facts }: AsyncGateError): boolean {
  return facts.case === "lease" || facts.case === "transition";
}
