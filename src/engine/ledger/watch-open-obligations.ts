// WatchOpenObligations: everything that is open, then each obligation that opens or closes. News that is too large for
// one message is sent in several.
import { create } from "@bufbuild/protobuf";
import {
  type WatchOpenObligationsRequest,
  type WatchOpenObligationsResponse,
  WatchOpenObligationsResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { watchedObligationsMax } from "../../core/limits.ts";
import { uuidLeast } from "../../core/page-token.ts";
import { limitExceeded, Refused } from "../../core/refusal.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import { topics } from "../runtime/wakeups.ts";
import { awaitChange } from "../waits/await-change.ts";
import { listOpenIds, mayList, type Open, readOpen } from "./list-open-obligations.ts";
import { noteDeliveries } from "./list-receipts.ts";

/** A watch is woken by changes; it does not depend on this. */
const waitMs = 600_000;
/** The obligations of one read: about a megabyte. */
const readMax = 2_000;
/** The part of a message for ids of closed obligations, and the bytes of one such id. */
const closedPart = 0.25;
const closedBytes = 40;

export async function* watchOpenObligations(
  engine: Engine,
  caller: Caller,
  request: WatchOpenObligationsRequest,
  signal: AbortSignal,
): AsyncGenerator<WatchOpenObligationsResponse> {
  const principal = mayList(caller, request.principal);
  const wanted = { topic: topics.obligations(caller.tenantId, principal), waitMs, signal };
  let sent: ReadonlySet<string> = new Set();
  let caughtUp = false;
  const leave = acquireWaitSlot(engine, caller);
  try {
    while (!signal.aborted) {
      const news = await awaitChange(
        engine,
        wanted,
        async () => difference(await readIds(engine, caller, principal), sent),
        ({ opened, closed }) => !caughtUp || opened.length + closed.length > 0,
      );
      if (!caughtUp || news.opened.length + news.closed.length > 0) yield* messagesOf(engine, caller, news, caughtUp);
      sent = news.open;
      caughtUp = true;
    }
  } finally {
    leave();
  }
}

type News = { readonly opened: readonly Open[]; readonly closed: readonly string[]; readonly open: Set<string> };

function difference(all: readonly Open[], sent: ReadonlySet<string>): News {
  const open = new Set(all.map(({ receiptId }) => receiptId));
  return {
    opened: all.filter(({ receiptId }) => !sent.has(receiptId)),
    closed: [...sent].filter((id) => !open.has(id)),
    open,
  };
}

/** The receipts themselves are read when they are sent. */
async function readIds({ database }: Engine, { tenantId }: Caller, principal: string): Promise<Open[]> {
  const bound = watchedObligationsMax;
  const open = await read(database, {}, (tx) => listOpenIds(tx, tenantId, principal, uuidLeast, bound + 1));
  if (open.length > bound) {
    throw new Refused(limitExceeded({ limit: "watched_obligations_max", bound, value: open.length }));
  }
  return open;
}

/** The last of the messages has caught up, whatever was before them. */
async function* messagesOf(
  engine: Engine,
  caller: Caller,
  { opened, closed }: News,
  hadCaughtUp: boolean,
): AsyncGenerator<WatchOpenObligationsResponse> {
  const closedMax = Math.floor((engine.pageBytesMax * closedPart) / closedBytes);
  const pageBytesMax = Math.floor(engine.pageBytesMax * (1 - closedPart));
  let from = 0;
  let closedFrom = 0;
  do {
    const next = opened.slice(from, from + readMax);
    const obligations = await read(engine.database, {}, (tx) =>
      readOpen(tx, { ...engine, pageBytesMax }, caller.tenantId, next),
    );
    await noteDeliveries(
      engine,
      caller,
      obligations.flatMap(({ receipt }) => receipt ?? []),
    );
    // Receipts that retention has dropped meanwhile are skipped.
    const last = obligations.at(-1)?.receipt?.receiptId;
    from += last === undefined ? next.length : next.findIndex(({ receiptId }) => receiptId === last) + 1;
    const closedReceiptIds = from < opened.length ? [] : closed.slice(closedFrom, closedFrom + closedMax);
    closedFrom += closedReceiptIds.length;
    const isLast = from >= opened.length && closedFrom >= closed.length;
    yield create(WatchOpenObligationsResponseSchema, {
      opened: obligations,
      closedReceiptIds,
      caughtUp: hadCaughtUp || isLast,
    });
  } while (from < opened.length || closedFrom < closed.length);
}
