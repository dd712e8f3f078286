// Finds eligible tasks and locks them. Picks without locks, locks what no other transaction has, and picks wider where
// others were faster.
import type { Waiting } from "../../core/task-record.ts";
import type { WorkKind } from "../../core/work-kind.ts";
import {
  lockPickedReady,
  type PickReadyRow,
  pickNamedReady,
  pickReady,
  pickReadyForAgent,
  pickReadyOfTree,
} from "../../store/ready.sql.gen.ts";
import { type ReadToGrantRow, readToGrant } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { lockedWaiting } from "../tx/lock-tasks.ts";
import { readBarred } from "../tx/who-may-lease.ts";
import { handOffMessage } from "../views/assemble-task.ts";
import { type AgentBounds, withinBounds } from "./agent-bounds.ts";
import { type AdmittedClaim, type LockedSessions, lockSessions } from "./grant-tasks.ts";

export type Eligible = {
  /** Best first. */
  readonly waiting: readonly Waiting[];
  /** What was asked of each of them, by task. */
  readonly asked: ReadonlyMap<string, ReadToGrantRow>;
  /** Of those that only one principal may lease: that one, by task. */
  readonly addressees: ReadonlyMap<string, string>;
  /** Of verification tasks: the principals that may not lease them, by task. */
  readonly barred: ReadonlyMap<string, readonly string[]>;
  /** More was locked, but what was asked of it weighs more than one transaction may grant. */
  readonly isCut: boolean;
  /** The sessions of the claims, locked; undefined where nothing was picked, so that idle claims are cheap. */
  readonly sessions: LockedSessions | undefined;
  /** Takes which of them were granted, for the next claim to begin behind them. */
  readonly noteGranted: (taskIds: ReadonlySet<string>) => void;
};

export const nothingEligible: Eligible = {
  waiting: [],
  asked: new Map(),
  addressees: new Map(),
  barred: new Map(),
  isCut: false,
  sessions: undefined,
  noteGranted: () => {},
};

/** What the tasks of one transaction may weigh together: they are in memory several times over until they are sent. */
export const grantBytesMax = 16_777_216;

/** Other transactions may have some or all of what is picked: each pick is wider than the one before. */
const pickFactors = [1, 16, 256];
const pickMax = 1_000;

/**
 * Locks as many as the claims may have, or all that no other transaction has locked: no claim is left short while
 * unlocked tasks remain. The claims are of one kind. `more`: as many are locked beyond what they may have.
 */
export async function lockEligible(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  admitted: readonly AdmittedClaim[],
  { more = 0, agent }: { readonly more?: number; readonly agent?: AgentBounds | undefined } = {},
): Promise<Eligible> {
  const claims = admitted.map(({ claim }) => claim);
  const asked = admitted.reduce((sum, { admitted: { count } }) => sum + count, 0);
  const [first] = claims;
  if (first === undefined || asked === 0) return nothingEligible;
  const wanted = asked + more;
  const asking = admitted.filter(({ admitted: { count } }) => count > 0);
  const principals = [...new Set(asking.map(({ claim }) => claim.caller.principalText))];
  let { waiting, addressees, barred, sessions, noteGranted }: Eligible = nothingEligible;
  let restricted = 0;
  let early: Eligible["asked"] | undefined;
  const { kind, taskIds } = first;
  for (const most of taskIds ? [taskIds.length] : pickSizes(wanted)) {
    noteGranted(new Set());
    const pick = taskIds
      ? await pickNamed(tx, tenantId, { kind, principals, taskIds })
      : agent
        ? await pickForAgent(tx, tenantId, agent, { kind, principals, most })
        : await pickEligible(engine, tx, tenantId, { kind, principals, most });
    const { picked } = pick;
    addressees = addresseesOf(picked);
    // What is not for all comes on top: it must not take the places of what other claims may have.
    const wantedNow = wanted + addressees.size + restricted;
    noteGranted = pick.noteGranted;
    if (picked.length === 0) break;
    // Sent together, to save a round trip. What was asked never changes, so it needs no lock; of a pick that is wider
    // than wanted, it is read only of what was locked. What is locked already is locked again.
    const [locked, read, lockedSessions] = await Promise.all([
      lockPickedReady(tx, { ...columnsOf(picked), tenantId, most: wantedNow }),
      picked.length <= wantedNow ? readAsked(tx, tenantId, picked) : undefined,
      sessions ?? lockSessions(engine, tx, tenantId, claims),
    ]);
    sessions = lockedSessions;
    early = read;
    waiting = locked.sort((one, other) => one.place - other.place).map(lockedWaiting);
    barred = await readBarred(tx, tenantId, waiting);
    const before = restricted;
    restricted = [...barred.values()].filter((not) => principals.some((one) => not.includes(one))).length;
    // Fewer than it looked for: that was all there is, and others have the rest of it.
    if (
      (locked.length === wantedNow && restricted <= before) ||
      Math.max(picked.length - addressees.size, addressees.size) < most
    )
      break;
  }
  if (agent) waiting = await withinBounds(tx, tenantId, agent, waiting);
  const { open, asked: rows, isCut } = await readOpen(tx, tenantId, waiting, early);
  return { waiting: open, asked: rows, addressees, barred, isCut, sessions, noteGranted };
}

/** Those of what was locked that may be granted, with what was asked of each. `early`: what has been read of them. */
async function readOpen(
  tx: Transaction,
  tenantId: string,
  waiting: readonly Waiting[],
  early: Eligible["asked"] | undefined,
): Promise<Pick<Eligible, "asked" | "isCut"> & { readonly open: readonly Waiting[] }> {
  // Bounded by weight, what was read early may all be of tasks that others have.
  const isRead = waiting.some(({ taskId }) => early?.has(taskId));
  const asked = isRead && early ? early : await readAsked(tx, tenantId, waiting);
  const light = waiting.filter(({ taskId }) => asked.has(taskId));
  // A queue may have been paused since its tasks were picked.
  const open = light.filter(({ taskId }) => isOpen(asked.get(taskId)));
  return { open, asked, isCut: light.length < waiting.length };
}

function pickSizes(wanted: number): number[] {
  return [...new Set(pickFactors.map((factor) => Math.min(wanted * factor, pickMax)))];
}

function addresseesOf(picked: readonly PickReadyRow[]): Map<string, string> {
  return new Map(picked.flatMap(({ taskId, principal }) => (principal === null ? [] : [[taskId, principal]])));
}

type Wanted = { readonly kind: WorkKind; readonly principals: readonly string[]; readonly most: number };

async function pickEligible(engine: Engine, tx: Transaction, tenantId: string, { kind, principals, most }: Wanted) {
  const { queues, acceptTypes: types, capabilities } = kind;
  const start = engine.laneFloors.startOf(tenantId, tx.now);
  const fromMs = performance.now();
  const picked = await pickReady(tx, {
    tenantId,
    principals,
    queues,
    anyType: types.length === 0,
    types,
    capabilities,
    now: tx.now,
    most,
    floorLaneIds: start.laneIds,
    floors: start.floors,
  });
  const tookMs = performance.now() - fromMs;
  const noteGranted = (takenIds: ReadonlySet<string>) =>
    engine.laneFloors.found(tenantId, { now: tx.now, start, picked, tookMs, takenIds });
  return { picked, noteGranted };
}

/** Of a lane, as many tasks that are not for the session's role may stand before those that are. */
const lookedAtMax = 1_000;

/** Only what the session's role is for, and what is of its tree. */
async function pickForAgent(
  tx: Transaction,
  tenantId: string,
  agent: AgentBounds,
  { kind, principals: [principal = ""], most }: Wanted,
) {
  const { queues, acceptTypes: types, capabilities } = kind;
  const { verifies, rootTaskId } = agent;
  const anyType = types.length === 0;
  const asked = { tenantId, principal, queues, anyType, types, capabilities, verifies, now: tx.now, most };
  const picked =
    rootTaskId === undefined
      ? await pickReadyForAgent(tx, { ...asked, mostLookedAt: most + lookedAtMax })
      : await pickReadyOfTree(tx, { ...asked, rootTaskId });
  return { picked, noteGranted: nothingEligible.noteGranted };
}

type WantedTasks = Omit<Wanted, "most"> & { readonly taskIds: readonly string[] };

/** Of named tasks, those that the claim may have. Where others are in their lanes does not matter. */
async function pickNamed(tx: Transaction, tenantId: string, { kind, principals, taskIds }: WantedTasks) {
  const { queues, anyQueue = false, acceptTypes: types, capabilities } = kind;
  const fit = { queues, anyQueue, types, anyType: types.length === 0, capabilities };
  const picked = await pickNamedReady(tx, { tenantId, taskIds, principals, ...fit, now: tx.now });
  return { picked, noteGranted: nothingEligible.noteGranted };
}

/** In the order of the tasks, of as many as weigh together no more than one transaction may grant. */
async function readAsked(
  tx: Transaction,
  tenantId: string,
  tasks: readonly { readonly taskId: string }[],
): Promise<Eligible["asked"]> {
  if (tasks.length === 0) return new Map();
  const taskIds = tasks.map(({ taskId }) => taskId);
  const rows = await readToGrant(tx, { tenantId, taskIds, bytesMax: grantBytesMax });
  return new Map(rows.map((row) => [row.taskId, row]));
}

function columnsOf(picked: readonly PickReadyRow[]) {
  return {
    laneIds: picked.map((row) => row.laneId),
    eligibleTimes: picked.map((row) => row.eligibleTime),
    taskIds: picked.map((row) => row.taskId),
  };
}

/** A task waits in the queue that its last hand-off has named. */
function isOpen(row: ReadToGrantRow | undefined): boolean {
  if (!row) return false;
  const handOff = handOffMessage(row.handOff);
  return handOff ? !row.pausedQueues?.includes(handOff.queue) : !row.isPaused;
}
