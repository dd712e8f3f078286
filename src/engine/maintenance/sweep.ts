// The sweep: lost leases, passed deadlines, graces that are over, waits, verifications, children, tasks that wait for
// scopes, sessions that have missed their time, signals that no task has taken in time, roll-outs that nodes do not
// answer. It finds work by time alone, so any server sweeps for all; it takes small bites, each its own transaction,
// and passes by what is busy.
import { fromBinary } from "@bufbuild/protobuf";
import { TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import { loseLease } from "../../core/lose-lease.ts";
import { type Held, isHeldTask, isWaiting, type TaskRecord } from "../../core/task-record.ts";
import { type Times, timeOut } from "../../core/time-out.ts";
import { listScopedSessions } from "../../store/agent_session.sql.gen.ts";
import { lockLeasesUnlessBusy, pickExpiredLeases } from "../../store/lease.sql.gen.ts";
import { lockReady, pickOverdueReady } from "../../store/ready.sql.gen.ts";
import {
  deleteSessions,
  lockExpiredSessions,
  pickExpiredSessions,
  pickLeasesOfSession,
} from "../../store/session.sql.gen.ts";
import { readTerms } from "../../store/task.sql.gen.ts";
import { read, type Transaction, transaction } from "../../store/transaction.ts";
import { cancelChildren } from "../children/cancel-children.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { settleRollouts } from "../node-rollouts/settle-rollouts.ts";
import { wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import { freeSessionScopes } from "../scopes/scope-rows.ts";
import { heldOf, waitingOf, withQuestions } from "../tx/lock-tasks.ts";
import { record } from "../tx/record.ts";
import { asHandedOff } from "../tx/who-may-lease.ts";
import { settleVerifications } from "../verification/settle-verifications.ts";
import { settleBudgets } from "./settle-budgets.ts";
import { settleScopes } from "./settle-scopes.ts";
import { dropSignals } from "./settle-signals.ts";
import { settleWaits } from "./settle-waits.ts";

/** The batch of one transaction: some milliseconds, so that no call waits long for a lock. */
const biteMax = 100;
/** The most of one pass, a batch of each tenant; the next pass follows at once when there was as much. */
const passMax = 1_000;

/** Leases lost, tasks ended, tasks whose waits were looked at. */
export type Swept = {
  readonly lost: number;
  readonly ended: number;
  readonly waited: number;
  readonly more: boolean;
};

export async function sweep(engine: Engine, signal: AbortSignal): Promise<Swept> {
  const picked = await pick(engine);
  let lost = 0;
  let ended = 0;
  for (const { tenantId, taskIds } of bites(picked)) {
    if (signal.aborted) break;
    const decisions = await sweepTasks(engine, tenantId, taskIds);
    for (const { after } of decisions) {
      if (isWaiting(after)) lost += 1;
      else ended += 1;
    }
  }
  const waited = await settleWaits(engine, signal);
  // Before children: a task that its budget ends leaves some to cancel.
  ended += await settleBudgets(engine, signal);
  ended += await settleVerifications(engine, signal);
  ended += await cancelChildren(engine, signal);
  const released = await settleScopes(engine, signal);
  await forgetSessions(engine);
  await dropSignals(engine);
  await settleRollouts(engine, signal);
  // By what was done, not by what was picked: what is busy now would be picked over and over.
  return { lost, ended, waited, more: lost + ended + waited + released >= biteMax };
}

type Picked = { readonly tenantId: string; readonly taskId: string };

async function pick(engine: Engine): Promise<Picked[]> {
  return await read(engine.database, {}, async (tx) => {
    const now = await tx.now;
    const bounds = { now, most: passMax, mostOfTenant: biteMax };
    const [leases, waiting, sessions] = await Promise.all([
      pickExpiredLeases(tx, bounds),
      pickOverdueReady(tx, bounds),
      pickExpiredSessions(tx, bounds),
    ]);
    const ofSessions: Picked[] = [];
    for (const { tenantId, sessionId } of sessions) {
      if (ofSessions.length >= passMax) break;
      const rows = await pickLeasesOfSession(tx, { tenantId, sessionId, most: passMax });
      ofSessions.push(...rows.map(({ taskId }) => ({ tenantId, taskId })));
    }
    return [...leases, ...waiting, ...ofSessions];
  });
}

function* bites(picked: readonly Picked[]): Iterable<{ tenantId: string; taskIds: string[] }> {
  const ofTenant = new Map<string, Set<string>>();
  for (const { tenantId, taskId } of picked) {
    const set = ofTenant.get(tenantId) ?? new Set();
    ofTenant.set(tenantId, set.add(taskId));
  }
  for (const [tenantId, set] of ofTenant) {
    const taskIds = [...set].sort();
    for (let from = 0; from < taskIds.length; from += biteMax) {
      yield { tenantId, taskIds: taskIds.slice(from, from + biteMax) };
    }
  }
}

function sweepTasks(engine: Engine, tenantId: string, taskIds: readonly string[]): Promise<Decision[]> {
  return transaction(engine.database, {}, async (tx) => {
    const [held, waiting] = await Promise.all([
      lockLeasesUnlessBusy(tx, { tenantId, taskIds }),
      lockReady(tx, { tenantId, taskIds }),
    ]);
    const asking = await withQuestions(tx, tenantId, waiting.map(waitingOf));
    const living: TaskRecord[] = [...held.map(heldOf), ...asking];
    const times = await readTimes(tx, tenantId, living);
    const moment = decisionContext(engine, tx.now);
    const decisions = living.flatMap((task) => decide(task, times, moment) ?? []);
    await record(engine, tx, tenantId, decisions);
    wakeAbout(engine.wakeups, tx, tenantId, decisions);
    wakeClaimers(engine.wakeups, tx, tenantId, decisions, (taskId) => times.get(taskId)?.terms);
    return decisions;
  });
}

async function readTimes(
  tx: Transaction,
  tenantId: string,
  living: readonly TaskRecord[],
): Promise<Map<string, Times>> {
  if (living.length === 0) return new Map();
  const rows = await readTerms(tx, { tenantId, taskIds: living.map((task) => task.taskId) });
  const asked = new Map(rows.map(({ taskId, terms }) => [taskId, fromBinary(TaskSchema, terms)]));
  const placed = await asHandedOff(tx, tenantId, living, asked);
  return new Map(
    rows.flatMap(({ taskId, owner, obligated }) => {
      const terms = placed.get(taskId);
      return terms ? [[taskId, { owner, obligated, terms }] as const] : [];
    }),
  );
}

/** What was picked is looked at again under its lock: it may have been renewed, settled or granted anew meanwhile. */
function decide(living: TaskRecord, times: Map<string, Times>, moment: DecisionContext): Decision | undefined {
  const task = times.get(living.taskId);
  if (!task || !(isWaiting(living) || isHeldTask(living))) return undefined;
  return timeOut(living, task, moment) ?? (isLost(living, moment) ? loseLease(living, task.terms, moment) : undefined);
}

function isLost(living: TaskRecord, { now }: DecisionContext): living is Held {
  return isHeldTask(living) && living.expireTime <= now;
}

/** Sessions that have run out and keep nothing any more. What was granted to one in its last moment is lost first. */
async function forgetSessions(engine: Engine): Promise<void> {
  const bounds = { most: biteMax, mostOfTenant: biteMax };
  await transaction(engine.database, {}, async (tx) => {
    const picked = await pickExpiredSessions(tx, { ...bounds, now: tx.now });
    if (picked.length === 0) return;
    const locked = await lockExpiredSessions(tx, { ...columnsOf(picked), now: tx.now });
    // Before the rows that say so are removed.
    const scoped = await listScopedSessions(tx, columnsOf(locked));
    await deleteSessions(tx, columnsOf(locked));
    for (const [tenantId, rows] of Map.groupBy(scoped, (row) => row.tenantId)) {
      await freeSessionScopes(
        engine,
        tx,
        tenantId,
        rows.map(({ sessionId }) => sessionId),
      );
    }
  });
}

function columnsOf(sessions: readonly { readonly tenantId: string; readonly sessionId: string }[]) {
  return {
    tenantIds: sessions.map(({ tenantId }) => tenantId),
    sessionIds: sessions.map(({ sessionId }) => sessionId),
  };
}
