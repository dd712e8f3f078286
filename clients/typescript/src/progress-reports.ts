// Progress and checkpoints: while a report of a task has not been sent, a later one is merged into it, so a handler may
// report as often as it likes. Reports for the ledger are never merged.
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type ReportProgressRequest,
  ReportProgressRequestSchema,
  StartTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Payload } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ProgressSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Settled } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { type Amounts, addAmounts } from "./amounts.ts";
import { errorOfDetail } from "./errors.ts";
import type { HeldTask, Note } from "./job.ts";
import type { Item, ListName } from "./outbox.ts";

type Waiter = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

type Pending = { readonly item: Item; readonly request: ReportProgressRequest; readonly waiters: Waiter[] };

export type ProgressReportsOptions = {
  readonly nextRequestId: () => string;
  /** Throws if the item fits into no frame. */
  readonly put: (item: Item) => void;
  readonly replace: (item: Item, by: Item) => boolean;
  /** Whether the refusal is temporary, and the item will be sent again later. */
  readonly retryLater: (item: Item, settled: Settled) => boolean;
};

export type ProgressReports = {
  start(held: HeldTask): Promise<void>;
  report(held: HeldTask, what: Report): Promise<void>;
};

/** A part that is absent stays as it was; what was spent is added. */
export type Report = {
  readonly note?: Note | undefined;
  readonly checkpoint?: Payload | undefined;
  readonly spend?: Amounts | undefined;
};

export function createProgressReports(options: ProgressReportsOptions): ProgressReports {
  const { nextRequestId, put, replace } = options;
  const pending = new WeakMap<HeldTask, Pending>();

  function pendingOf(request: ReportProgressRequest, waiters: Waiter[]): Pending {
    const bytes = toBinary(ReportProgressRequestSchema, request);
    return { item: itemOf(options, "progress", request.requestId, bytes, waiters), request, waiters };
  }

  return {
    start: ({ leaseToken }) =>
      answerOf((waiter) => {
        const requestId = nextRequestId();
        const request = create(StartTaskRequestSchema, { leaseToken, requestId });
        put(itemOf(options, "starts", requestId, toBinary(StartTaskRequestSchema, request), [waiter]));
      }),
    report: (held, what) =>
      answerOf((waiter) => {
        const { note } = what;
        const earlier = pending.get(held);
        if (earlier && !note?.receipted && !earlier.request.receipted) {
          const request = requestOf(held, what, earlier.request.requestId, earlier.request);
          const merged = pendingOf(request, earlier.waiters);
          if (replace(earlier.item, merged.item)) {
            // Shared instead of copied: thousands of reports may be merged into one.
            earlier.waiters.push(waiter);
            pending.set(held, merged);
            return;
          }
        }
        const fresh = pendingOf(requestOf(held, what, nextRequestId()), [waiter]);
        pending.set(held, fresh);
        put(fresh.item);
      }),
  };
}

function itemOf(
  { retryLater }: ProgressReportsOptions,
  list: ListName,
  key: string,
  bytes: Uint8Array,
  waiters: readonly Waiter[],
): Item {
  const item: Item = {
    list,
    key,
    bytes,
    onAnswer(settled) {
      if (retryLater(item, settled)) return;
      const { result } = settled;
      for (const { resolve, reject } of waiters) {
        if (result.case === "error") reject(errorOfDetail(result.value, key));
        else resolve();
      }
    },
  };
  return item;
}

/** A handler need not await the answer: a refusal is then no unhandled rejection. */
function answerOf(begin: (waiter: Waiter) => void): Promise<void> {
  const answer = new Promise<void>((resolve, reject) => begin({ resolve, reject }));
  answer.catch(() => {});
  return answer;
}

function requestOf(
  { leaseToken }: HeldTask,
  { note, checkpoint, spend = {} }: Report,
  requestId: string,
  earlier?: ReportProgressRequest,
): ReportProgressRequest {
  const progress = note ? progressOf(note) : earlier?.progress;
  const latest = checkpoint ?? earlier?.checkpoint;
  return create(ReportProgressRequestSchema, {
    leaseToken,
    requestId,
    receipted: note?.receipted ?? false,
    spend: addAmounts(earlier?.spend ?? {}, spend),
    ...(progress && { progress }),
    ...(latest && { checkpoint: latest }),
  });
}

function progressOf({ percent, message, detail }: Note) {
  return create(ProgressSchema, {
    ...(percent !== undefined && { percent }),
    ...(message !== undefined && { message }),
    ...(detail !== undefined && { detail: JSON.stringify(detail) }),
  });
}
