// Locks living parts. Rows move between places while one looks, so a task that is seen nowhere is looked for again.

import type { TaskState as State, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { obligationsOf } from "../../core/questions.ts";
import {
  type Ended,
  type Held,
  isWaiting,
  mayHaveOpenQuestion,
  type TaskRecord,
  type Waiting,
} from "../../core/task-record.ts";
import { isHeld } from "../../core/transitions.ts";
import { type LockEndedRow, lockEnded } from "../../store/ended.sql.gen.ts";
import { type LockLeasesRow, lockLeases } from "../../store/lease.sql.gen.ts";
import { readQuestions } from "../../store/question.sql.gen.ts";
import { type LockPickedReadyRow, type LockReadyRow, lockReady } from "../../store/ready.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";

/** A task that is being changed moves at most once a look; one that is missed this often does not exist. */
const looksMax = 4;

/** The living parts of tasks, locked. Tasks that do not exist are missing from the answer. */
export async function lockTasks(
  tx: Executor,
  tenantId: string,
  taskIds: readonly string[],
): Promise<Map<string, TaskRecord>> {
  const found = new Map<string, TaskRecord>();
  for (let look = 1; look <= looksMax && found.size < taskIds.length; look += 1) {
    const missing = { tenantId, taskIds: taskIds.filter((taskId) => !found.has(taskId)) };
    const [waiting, held, ended] = await Promise.all([
      lockReady(tx, missing),
      lockLeases(tx, missing),
      lockEnded(tx, missing),
    ]);
    for (const row of await withQuestions(tx, tenantId, waiting.map(waitingOf))) found.set(row.taskId, row);
    for (const row of held) found.set(row.taskId, heldOf(row));
    for (const row of ended) found.set(row.taskId, endedOf(row));
  }
  return found;
}

/**
 * The same tasks with what is owed for their open questions, which every end of a task closes. So whatever locks
 * waiting tasks goes through here. Costs nothing where no task has asked.
 */
export async function withQuestions<Living extends TaskRecord>(
  tx: Executor,
  tenantId: string,
  locked: readonly Living[],
): Promise<readonly Living[]> {
  const taskIds = locked.filter((one) => isWaiting(one) && mayHaveOpenQuestion(one)).map(({ taskId }) => taskId);
  if (taskIds.length === 0) return locked;
  const open = (await readQuestions(tx, { tenantId, taskIds })).filter(({ result }) => result === null);
  const owedBy = new Map(open.map(({ body: _, ...row }) => [row.taskId, obligationsOf({ ...row, result: undefined })]));
  return locked.map((one) => {
    const owed = owedBy.get(one.taskId);
    return owed ? { ...one, owed: owed.map(({ receiptId, principal }) => ({ receiptId, principal })) } : one;
  });
}

export function waitingOf(row: LockReadyRow): Waiting {
  return { ...row, state: row.state as State };
}

export function lockedWaiting({ place: _place, ...row }: LockPickedReadyRow): Waiting {
  return waitingOf(row);
}

/** While a session keeps a lease, the session's time counts. The row is taken over: a copy has thirty fields. */
export function heldOf(row: LockLeasesRow): Held {
  const state = row.state as State;
  assert(isHeld(state), "a lease is leased or running");
  return Object.assign(row, {
    state,
    expireTime: row.sessionExpireTime ?? row.expireTime,
    failReason: row.failReason as TerminalReason | null,
  });
}

/** What belonged to it is gone: it waits for nothing, and those that waited for it have been told. */
export function endedOf(row: LockEndedRow): Ended {
  return { ...row, state: row.state as State, ties: 0 };
}

/**
 * The lease if it is held under this grant, perhaps expired. The seal of the token proves already that it is the
 * caller's; comparing the worker holds even if the key that seals has leaked.
 */
export function ownLease(held: Held | undefined, claim: LeaseClaim): Held | undefined {
  const isOwn = held?.fence === claim.fence && held.leaseId === claim.leaseId && held.worker === claim.worker;
  return isOwn ? held : undefined;
}
