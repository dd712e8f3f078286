// ClaimTasks: leases what is eligible. Picks without locks, locks what it picked as far as nobody else has it, and
// looks again where others were faster.
import { fromBinary } from "@bufbuild/protobuf";
import type { ClaimTasksRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ClaimTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../core/assert.ts";
import { type Claimer, claimTask } from "../core/claim-tasks.ts";
import type { Decision } from "../core/decision.ts";
import { dateOfTimestamp, msOfDuration } from "../core/duration.ts";
import { taskDefaults } from "../core/limits.ts";
import type { Held, Waiting } from "../core/living.ts";
import { formatPrincipal } from "../core/principal.ts";
import { isRefusal, type Refusal } from "../core/refusal.ts";
import { listLanes } from "../store/lane.sql.gen.ts";
import { lockPickedReady, pickReady } from "../store/ready.sql.gen.ts";
import { readChains } from "../store/receipt.sql.gen.ts";
import { type ReadTasksRow, readTasks } from "../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../store/transaction.ts";
import { leasedTask, requestPart } from "./assemble-task.ts";
import { type Caller, type Engine, momentOf } from "./engine.ts";
import { type Leased, leaseMessage } from "./leased.ts";
import { lockedWaiting } from "./lock-tasks.ts";
import { record } from "./record.ts";
import { type Call, callDigest, lockCall, readCalls, runCall, takeRequestIds } from "./repeated-call.ts";
import { requestDigest } from "./request-digest.ts";
import { topics } from "./wakeups.ts";

/** One look: what is eligible now, perhaps nothing. */
export function claimTasks(engine: Engine, caller: Caller, request: ClaimTasksRequest): Promise<Leased[] | Refusal> {
  const call: Call = {
    method: "ClaimTasks",
    principal: caller.principalText,
    requestId: request.requestId,
    digest: callDigest(request.requestId, () => requestDigest(ClaimTasksRequestSchema, request)),
  };
  return runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      // Lock before replay: a twin under way has its tasks locked, and without them this one would find nothing.
      const [, [said]] = await Promise.all([
        lockCall(tx, caller.tenantId, call),
        readCalls(tx, caller.tenantId, [call]),
      ]);
      if (said) return isRefusal(said) ? said : await replay(tx, caller, call, said.taskIds);
      const waiting = await lockEligible(tx, caller, request);
      if (waiting.length === 0) return [];
      // A twin that was faster has its leases as the answer, and what was locked here goes back.
      await takeRequestIds(tx, caller.tenantId, [{ call, taskIds: waiting.map((row) => row.taskId) }]);
      return await grant(engine, tx, caller, request, call, waiting);
    }),
  );
}

export function claimTopics(caller: Caller, request: ClaimTasksRequest): string[] {
  return queuesOf(request).map((queue) => topics.queue(caller.tenantId, queue));
}

function queuesOf(request: ClaimTasksRequest): readonly string[] {
  return request.queues.length > 0 ? request.queues : [taskDefaults.queue];
}

/** Others may be faster at what was picked: each look picks wider than the one before, and locks what is wanted. */
const pickFactors = [1, 16, 256];
const pickMax = 1_000;

async function lockEligible(tx: Transaction, caller: Caller, request: ClaimTasksRequest): Promise<Waiting[]> {
  const { tenantId } = caller;
  const lanes = await listLanes(tx, {
    tenantId,
    queues: queuesOf(request),
    anyType: request.acceptTypes.length === 0,
    types: request.acceptTypes,
    capabilities: request.capabilities,
  });
  if (lanes.length === 0) return [];
  const laneIds = lanes.map((lane) => lane.laneId);
  const priorities = lanes.map((lane) => lane.priority);
  const wanted = Math.max(request.maxTasks, 1);
  for (const factor of pickFactors) {
    const most = Math.min(wanted * factor, pickMax);
    const picked = await pickReady(tx, { tenantId, laneIds, priorities, now: tx.now, most });
    if (picked.length === 0) return [];
    const locked = await lockPickedReady(tx, {
      tenantId,
      laneIds: picked.map((row) => row.laneId),
      eligibleTimes: picked.map((row) => row.eligibleTime),
      taskIds: picked.map((row) => row.taskId),
      most: wanted,
    });
    if (locked.length > 0) return locked.sort((one, other) => one.place - other.place).map(lockedWaiting);
    // Nobody has more than there is: what was picked is all, and others have it.
    if (picked.length < most) return [];
  }
  return [];
}

async function grant(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  request: ClaimTasksRequest,
  call: Call,
  waiting: readonly Waiting[],
): Promise<Leased[]> {
  const rows = await readTasks(tx, { tenantId: caller.tenantId, taskIds: waiting.map((row) => row.taskId) });
  const byId = new Map(rows.map((row) => [row.taskId, row]));
  const moment = momentOf(engine, tx.now);
  const claimer: Claimer = {
    principal: caller.principalText,
    instance: request.instance,
    ttlWishMs: request.leaseTtl && msOfDuration(request.leaseTtl),
    sessionId: null,
    bounds: engine.leaseBounds,
    mark: { requestId: call.requestId, requestDigest: call.digest },
  };
  const grants = waiting.map((row): { decision: Decision<Held>; row: ReadTasksRow } => {
    const asked = byId.get(row.taskId);
    assert(asked !== undefined, "a task that waits was asked for");
    return { decision: claimTask(row, asked, claimer, moment), row: asked };
  });
  await record(
    tx,
    caller.tenantId,
    grants.map(({ decision }) => decision),
  );
  tx.afterCommit(() => {
    for (const { decision } of grants) engine.wakeups.wake(topics.task(caller.tenantId, decision.after.taskId));
    engine.wakeups.wake(topics.obligations(caller.tenantId, caller.principalText));
  });
  return grants.map(({ decision, row }) => leased(caller, decision.after, row));
}

function leased(caller: Caller, held: Held, row: ReadTasksRow): Leased {
  return {
    task: leasedTask(requestPart(row.terms, row.payload), held, row.checkpoint),
    lease: leaseMessage(caller, held),
    acceptedReceiptId: held.acceptedReceiptId,
  };
}

/** The leases of a call that was said before, as its accepted receipts have them. */
async function replay(tx: Transaction, caller: Caller, call: Call, taskIds: readonly string[]): Promise<Leased[]> {
  const { tenantId } = caller;
  const [rows, chains] = await Promise.all([
    readTasks(tx, { tenantId, taskIds }),
    readChains(tx, { tenantId, taskIds }),
  ]);
  return rows.flatMap((row) => {
    const granted = chains.flatMap((receipt) => {
      const isOfCall = receipt.chainId === row.taskId && receipt.requestId === call.requestId;
      if (!isOfCall || receipt.type !== ReceiptType.TASK_ACCEPTED) return [];
      const { body } = fromBinary(ReceiptBodySchema, receipt.body);
      assert(body.case === "taskAccepted", "an accepted receipt says what was accepted");
      return [{ accepted: receipt, body }];
    });
    // Another worker may have held the task under a request id that reads the same.
    const own = granted.findLast(({ body }) => {
      const worker = body.value.worker?.principal;
      return worker !== undefined && formatPrincipal(worker) === caller.principalText;
    });
    if (!own) return [];
    const { accepted, body } = own;
    const { attempt, delivery, fence, ttl, expireTime } = body.value;
    assert(ttl !== undefined && expireTime !== undefined, "an accepted receipt says how long");
    const held: Held = {
      taskId: row.taskId,
      state: TaskState.LEASED,
      attempt,
      leaseLosses: row.leaseLosses,
      deliveries: delivery,
      fence: Number(fence),
      version: accepted.taskVersion,
      headSequence: accepted.sequence,
      headHash: accepted.hash,
      assignedReceiptId: row.assignedReceiptId,
      laneId: 0,
      leaseId: accepted.leaseId ?? "",
      sessionId: null,
      worker: caller.principalText,
      instance: body.value.worker?.instance ?? "",
      owner: row.owner,
      obligated: row.obligated,
      acceptedReceiptId: accepted.receiptId,
      grantTime: accepted.createTime,
      expireTime: dateOfTimestamp(expireTime),
      ttlMs: msOfDuration(ttl),
      renewals: 0,
      startTime: null,
      failTime: null,
      failReason: null,
      cancelPrincipal: null,
      cancelReason: null,
      cancelTime: null,
    };
    return [leased(caller, held, row)];
  });
}
