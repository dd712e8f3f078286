// WatchOpenObligations: everything that is open, then each obligation that opens or closes.
import { create } from "@bufbuild/protobuf";
import {
  ListOpenObligationsRequestSchema,
  type OpenObligation,
  type WatchOpenObligationsRequest,
  type WatchOpenObligationsResponse,
  WatchOpenObligationsResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { limitExceeded, Refused } from "../../core/refusal.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import { topics } from "../runtime/wakeups.ts";
import { awaitChange } from "../waits/await-change.ts";
import { listOpenObligations } from "./list-open-obligations.ts";

/** Who watches is woken; nothing leans on this. */
const waitMs = 600_000;
const pageSize = 200;
/** Whoever owes more lists it page by page; a watch keeps all ids in memory. */
const openMax = 10_000;

export async function* watchOpenObligations(
  engine: Engine,
  caller: Caller,
  request: WatchOpenObligationsRequest,
  signal: AbortSignal,
): AsyncGenerator<WatchOpenObligationsResponse> {
  const principal = request.principal ? formatPrincipal(request.principal) : caller.principalText;
  const wanted = { topic: topics.obligations(caller.tenantId, principal), waitMs, signal };
  let told = new Set<string>();
  let caughtUp = false;
  const leave = acquireWaitSlot(engine, caller);
  try {
    while (!signal.aborted) {
      const change = await awaitChange(
        engine,
        wanted,
        async () => difference(await readAll(engine, caller, request), told),
        ({ opened, closed }) => !caughtUp || opened.length + closed.length > 0,
      );
      if (!caughtUp || change.opened.length + change.closed.length > 0) {
        yield create(WatchOpenObligationsResponseSchema, {
          opened: [...change.opened],
          closedReceiptIds: change.closed,
          caughtUp: true,
        });
      }
      told = change.open;
      caughtUp = true;
    }
  } finally {
    leave();
  }
}

function difference(all: ReadonlyMap<string, OpenObligation>, told: ReadonlySet<string>) {
  const opened = [...all].filter(([id]) => !told.has(id)).map(([, obligation]) => obligation);
  return { opened, closed: [...told].filter((id) => !all.has(id)), open: new Set(all.keys()) };
}

async function readAll(
  engine: Engine,
  caller: Caller,
  { principal }: WatchOpenObligationsRequest,
): Promise<Map<string, OpenObligation>> {
  const all = new Map<string, OpenObligation>();
  for (let cursor = ""; ; ) {
    const request = create(ListOpenObligationsRequestSchema, { ...(principal && { principal }), pageSize, cursor });
    const page = await listOpenObligations(engine, caller, request);
    for (const obligation of page.openObligations) all.set(obligation.receipt?.receiptId ?? "", obligation);
    if (all.size > openMax) {
      throw new Refused(limitExceeded({ limit: "watched_obligations_max", bound: openMax, value: all.size }));
    }
    cursor = page.cursor;
    if (cursor === "") return all;
  }
}
