// ListQueues: what waits in each queue, what is held, and how much comes and goes. Everything is counted only so far,
// so that it stays cheap whatever waits.

import type { Queue } from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import {
  type ListQueuesRequest,
  ListQueuesRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { addMs, durationOfMs } from "../../core/duration.ts";
import { formatPageToken, pageQuestion, parsePageToken } from "../../core/page-token.ts";
import { orThrow } from "../../core/refusal.ts";
import { never } from "../../core/task-record.ts";
import {
  type CountQueuesRow,
  countHeldByQueue,
  countQueues,
  type ListQueueNamesRow,
  listQueueNames,
  type SampleFlowRow,
  sampleFlow,
} from "../../store/queue.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { assemblePause } from "../views/assemble-task.ts";

const pageSizeDefault = 20;
/** A listing may be slow, and must not hold up others. */
const listTimeoutMs = 2_000;
/** As the contract says. Ten thousand rows of an index are read in a few milliseconds. */
const countedMax = 10_000;
const leasesMax = 50_000;
const sampleMax = 5_000;
/** Pages without an assignment or an end (progress, renewals) are walked past: as many as take some milliseconds. */
const pagesMax = 20_000;
const minuteMs = 60_000;
/** A name as a token holds it: written in hexadecimal, for it may have any character. */
const nameShape = /^(?:[0-9a-f]{2})+$/;

export type QueuePage = { readonly queues: Queue[]; readonly nextPageToken: string };

export async function listQueues(engine: Engine, caller: Caller, request: ListQueuesRequest): Promise<QueuePage> {
  const { tenantId } = caller;
  const question = pageQuestion(ListQueuesRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", nameShape));
  const most = request.pageSize || pageSizeDefault;
  return await read(engine.database, { statementTimeoutMs: listTimeoutMs }, async (tx) => {
    const names = await listQueueNames(tx, {
      tenantId,
      afterQueue: Buffer.from(token.position ?? "", "hex").toString("utf8"),
      anyQueue: request.queue === "",
      queue: request.queue,
      most: most + 1,
    });
    const page = names.slice(0, most);
    const last = page.at(-1);
    return {
      queues: await describe(tx, tenantId, page),
      nextPageToken:
        last && names.length > page.length
          ? formatPageToken(question, Buffer.from(last.queue, "utf8").toString("hex"))
          : "",
    };
  });
}

async function describe(tx: ReadTransaction, tenantId: string, names: readonly ListQueueNamesRow[]): Promise<Queue[]> {
  if (names.length === 0) return [];
  const now = await tx.now;
  const since = addMs(now, -minuteMs);
  const types = [ReceiptType.TASK_ASSIGNED, ReceiptType.TASK_RESULT_READY];
  const [counts, held, flow] = await Promise.all([
    countQueues(tx, { tenantId, queues: names.map(({ queue }) => queue), now, never, countedMax }),
    countHeldByQueue(tx, { tenantId, most: leasesMax }),
    sampleFlow(tx, { tenantId, since, types, most: sampleMax, pagesMax }),
  ]);
  const countsOf = new Map(counts.map((row) => [row.queue, row]));
  const heldOf = new Map(held.map((row) => [row.queue, row.held]));
  const perMinute = perMinuteOf(flow, now);
  return names.map((row): Queue => {
    const { queue, pauseTime, principal, reason } = row;
    const isPaused = pauseTime !== null && principal !== null;
    return {
      $typeName: "asyncgate.v1.Queue",
      queue,
      ...waitingOf(countsOf.get(queue), now),
      held: heldOf.get(queue) ?? 0,
      addedPerMinute: perMinute(queue, ReceiptType.TASK_ASSIGNED),
      endedPerMinute: perMinute(queue, ReceiptType.TASK_RESULT_READY),
      pause: isPaused ? assemblePause({ pauseTime, principal, reason: reason ?? "" }) : undefined,
    };
  });
}

function waitingOf(row: CountQueuesRow | undefined, now: Date) {
  return {
    waiting: row?.waiting ?? 0,
    oldestAge: row?.oldestTime ? durationOfMs(now.getTime() - row.oldestTime.getTime()) : undefined,
    delayed: row?.delayed ?? 0,
    blocked: row?.blocked ?? 0,
  };
}

/** Where the sample is full, it covers less than a minute. */
function perMinuteOf(flow: readonly SampleFlowRow[], now: Date): (queue: string, type: ReceiptType) => number {
  const sampled = flow.reduce((sum, { receipts }) => sum + receipts, 0);
  const oldestMs = Math.min(...flow.map(({ oldestTime }) => oldestTime.getTime()));
  const spanMs = sampled < sampleMax ? minuteMs : Math.max(now.getTime() - oldestMs, 1);
  return (queue, type) => {
    const found = flow.find((row) => row.queue === queue && row.type === type);
    return Math.round(((found?.receipts ?? 0) * minuteMs) / spanMs);
  };
}
