// Progress and checkpoints on their way: while a note of a task has not left, a later one is merged into it, so a
// handler may say it as often as it likes. Notes for the ledger are never merged.
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type ReportProgressRequest,
  ReportProgressRequestSchema,
  StartTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Payload } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ProgressSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Settled } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { errorOfDetail } from "./errors.ts";
import type { Held, Note } from "./job.ts";
import type { Item, ListName } from "./outbox.ts";

type Waiter = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

type Pending = { readonly item: Item; readonly request: ReportProgressRequest; readonly waiters: Waiter[] };

export type ProgressReportsOptions = {
  readonly nextRequestId: () => string;
  /** Throws when no frame could hold it. */
  readonly put: (item: Item) => void;
  readonly replace: (item: Item, by: Item) => boolean;
  /** Puts it again later when the server had no room for it. True: it will. */
  readonly putAgain: (item: Item, settled: Settled) => boolean;
};

export function createProgressReports({ nextRequestId, put, replace, putAgain }: ProgressReportsOptions) {
  const pending = new WeakMap<Held, Pending>();

  function itemOf(list: ListName, key: string, bytes: Uint8Array, waiters: readonly Waiter[]): Item {
    const item: Item = {
      list,
      key,
      bytes,
      answered(settled) {
        if (putAgain(item, settled)) return;
        const { result } = settled;
        for (const { resolve, reject } of waiters) {
          if (result.case === "error") reject(errorOfDetail(result.value, key));
          else resolve();
        }
      },
    };
    return item;
  }

  /** A handler that does not wait for the answer is not ended by a bad one. */
  function waiting(begin: (waiter: Waiter) => void): Promise<void> {
    const answer = new Promise<void>((resolve, reject) => begin({ resolve, reject }));
    answer.catch(() => {});
    return answer;
  }

  function pendingOf(request: ReportProgressRequest, waiters: Waiter[]): Pending {
    const bytes = toBinary(ReportProgressRequestSchema, request);
    return { item: itemOf("progress", request.requestId, bytes, waiters), request, waiters };
  }

  return {
    start: ({ leaseToken }: Held): Promise<void> =>
      waiting((waiter) => {
        const requestId = nextRequestId();
        const request = create(StartTaskRequestSchema, { leaseToken, requestId });
        put(itemOf("starts", requestId, toBinary(StartTaskRequestSchema, request), [waiter]));
      }),
    note: (held: Held, note: Note | undefined, checkpoint: Payload | undefined): Promise<void> =>
      waiting((waiter) => {
        const before = pending.get(held);
        if (before && !note?.receipted && !before.request.receipted) {
          const request = requestOf(held, note, checkpoint, before.request.requestId, before.request);
          const merged = pendingOf(request, [...before.waiters, waiter]);
          if (replace(before.item, merged.item)) return void pending.set(held, merged);
        }
        const fresh = pendingOf(requestOf(held, note, checkpoint, nextRequestId()), [waiter]);
        pending.set(held, fresh);
        put(fresh.item);
      }),
  };
}

function requestOf(
  { leaseToken }: Held,
  note: Note | undefined,
  checkpoint: Payload | undefined,
  requestId: string,
  before?: ReportProgressRequest,
): ReportProgressRequest {
  const progress = note ? progressOf(note) : before?.progress;
  const kept = checkpoint ?? before?.checkpoint;
  return create(ReportProgressRequestSchema, {
    leaseToken,
    requestId,
    receipted: note?.receipted ?? false,
    ...(progress && { progress }),
    ...(kept && { checkpoint: kept }),
  });
}

function progressOf({ percent, message, detail }: Note) {
  return create(ProgressSchema, {
    ...(percent !== undefined && { percent }),
    ...(message !== undefined && { message }),
    ...(detail !== undefined && { detail: JSON.stringify(detail) }),
  });
}
