// The tasks in a worker's hands: each from its offer, through its handler, to the answer that its end is written. How a
// task ended is said even when its lease seems lost: the fence keeps a late result from doing harm, and the server's
// answer is the truth about it.
import { toBinary } from "@bufbuild/protobuf";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { AcceptSchema, type Offer, type Settled } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { contentOf, payloadOf } from "./content.ts";
import { type AsyncGateError, errorOfDetail, type StopCause } from "./errors.ts";
import { type Handler, type Held, type JobCalls, jobOf, stopHeld } from "./job.ts";
import type { Item } from "./outbox.ts";
import { createProgressReports } from "./progress-reports.ts";
import { completion, failure, release, type Settlement } from "./settlement.ts";
import type { Ending, WorkerEvent } from "./worker-events.ts";

export type TaskRunnerOptions = {
  readonly handlers: ReadonlyMap<string, Handler>;
  /** Whether each task is said to have begun. */
  readonly start: boolean;
  readonly tell: (event: WorkerEvent) => void;
  readonly nextRequestId: () => string;
  /** False: no frame could hold it. */
  readonly put: (item: Item) => boolean;
  readonly replace: (item: Item, by: Item) => boolean;
  /** Something ended: there may be a slot, or nothing left to do. */
  readonly changed: () => void;
};

export type TaskCounts = Record<"running" | "taken" | "completed" | "failed" | "released" | "refused" | "lost", number>;

/** Where the server asked for patience without saying how long. */
const putAgainMs = 250;

const endings = { completes: "completed", fails: "failed", releases: "released" } as const;

export type TaskRunner = ReturnType<typeof createTaskRunner>;

export function createTaskRunner(options: TaskRunnerOptions) {
  const { handlers, tell, nextRequestId, put, changed } = options;
  const helds = new Map<string, Held>();
  const counts: TaskCounts = { running: 0, taken: 0, completed: 0, failed: 0, released: 0, refused: 0, lost: 0 };
  const notes = createProgressReports({ nextRequestId, put: putOrThrow, replace: options.replace, putAgain });
  const calls: JobCalls = {
    start: notes.start,
    note(held, note, checkpoint) {
      // Kept here as well: a release at the end carries it, whatever became of the note.
      if (checkpoint !== undefined) held.checkpoint = payloadOf(checkpoint);
      return notes.note(held, note, checkpoint === undefined ? undefined : held.checkpoint);
    },
  };

  function putOrThrow(item: Item): void {
    if (!put(item)) throw new RangeError("that is more than a message can hold: hand over a reference to it");
  }

  /** Whether the server only had no room for it just now. */
  function putAgain(item: Item, { result }: Settled): boolean {
    if (result.case !== "error") return false;
    const error = errorOfDetail(result.value);
    if (!error.retryable) return false;
    setTimeout(() => put(item), error.retryAfterMs ?? putAgainMs);
    return true;
  }

  /** Says that an offer is taken on; `begin` follows when that is on its way. */
  function take({ leased }: Offer): Held | undefined {
    const { task, lease } = leased ?? {};
    if (!task || !lease) return undefined;
    const held: Held = {
      ...{ task, leaseToken: lease.token, leaseId: lease.leaseId, isRunning: true, isSettling: false },
      ...{ loss: undefined, stop: undefined, controller: undefined, checkpoint: undefined },
    };
    helds.set(held.leaseId, held);
    counts.running += 1;
    counts.taken += 1;
    accept(held);
    if (options.start) void notes.start(held);
    tell({ type: "taken", task });
    return held;
  }

  function accept(held: Held): void {
    const { leaseToken } = held;
    const bytes = toBinary(AcceptSchema, { $typeName: "asyncgate.v1.Accept", leaseToken });
    const item: Item = {
      ...{ list: "accepts", bytes, key: leaseToken },
      answered(settled) {
        // The offer's window was over, or the task was called off. Its handler has begun and is told to stop.
        if (settled.result.case === "error" && !putAgain(item, settled)) lose(held, LeaseLoss.FENCED);
      },
    };
    put(item);
  }

  async function run(held: Held): Promise<void> {
    const { task } = held;
    try {
      const handler = handlers.get(task.type);
      if (!handler) throw new Error(`there is no handler for ${task.type}`);
      const output = await handler(contentOf(task.payload) as never, jobOf(held, calls));
      if (!held.isSettling) settle(held, completion(held, nextRequestId(), output));
    } catch (thrown) {
      tell({ type: "thrown", task, error: thrown });
      if (!held.isSettling) settleThrown(held, thrown);
    } finally {
      held.isRunning = false;
      counts.running -= 1;
      changed();
    }
  }

  function settleThrown(held: Held, thrown: unknown): void {
    const { stop } = held;
    // There is nothing to say about a lease that is gone.
    if (held.loss !== undefined) helds.delete(held.leaseId);
    else if (stop) settle(held, release(held, nextRequestId(), stop.why));
    else settle(held, failure(held, nextRequestId(), thrown));
  }

  function settle(held: Held, settlement: Settlement): void {
    held.isSettling = true;
    const { list, requestId, bytes } = settlement;
    const item: Item = {
      ...{ list, bytes, key: requestId },
      answered(settled) {
        if (!putAgain(item, settled))
          settled.result.case === "error" ? refused(held, list, settled) : ended(held, list, settled);
        changed();
      },
    };
    if (put(item)) return;
    // Too big for any frame: what the server would say of it, without asking.
    settleInstead(held, list, new RangeError("that is more than a message can hold: hand over a reference to it"));
  }

  function ended(held: Held, list: Settlement["list"], { result }: Settled): void {
    helds.delete(held.leaseId);
    const ending = endings[list];
    counts[ending] += 1;
    const receiptId = result.value && "receiptId" in result.value ? result.value.receiptId : "";
    tell({ type: "settled", task: held.task, ending, receiptId });
  }

  function refused(held: Held, list: Settlement["list"], { result, requestId }: Settled): void {
    if (result.case !== "error") return;
    const error = errorOfDetail(result.value, requestId);
    counts.refused += 1;
    tell({ type: "refused", task: held.task, ending: endings[list] as Ending, error });
    if (isOver(error)) helds.delete(held.leaseId);
    else settleInstead(held, list, error);
  }

  /** The lease stays here and must end in another way: a completion as a failure, a failure as a release. */
  function settleInstead(held: Held, list: Settlement["list"], error: Error): void {
    held.checkpoint = undefined;
    if (list === "completes") settle(held, failure(held, nextRequestId(), error));
    else if (list === "fails") settle(held, release(held, nextRequestId(), error.message));
    else helds.delete(held.leaseId);
  }

  function lose(held: Held, loss: LeaseLoss): void {
    // What was said of its end is still to be answered, and that answer counts.
    if (held.loss !== undefined || held.isSettling) return;
    held.loss = loss;
    counts.lost += 1;
    tell({ type: "lost", task: held.task, loss });
    stop(held, { why: "lease_lost", loss });
  }

  function stop(held: Held, cause: StopCause): void {
    if (held.stop === undefined) tell({ type: "stopping", task: held.task, cause });
    stopHeld(held, cause);
  }

  return {
    counts,
    putAgain,
    take,
    begin: (held: Held) => void run(held),
    lose,
    stop,
    find: (leaseId: string) => helds.get(leaseId),
    all: () => [...helds.values()],
    get size() {
      return helds.size;
    },
    /** Gives back what its handler has not ended, with its last checkpoint. */
    giveBack(held: Held, reason: string): void {
      if (!held.isSettling && held.loss === undefined) settle(held, release(held, nextRequestId(), reason));
    },
  };
}

/** Whether the lease is gone, by the facts that come with every such reason. */
function isOver({ facts }: AsyncGateError): boolean {
  return facts.case === "lease" || facts.case === "transition";
}
