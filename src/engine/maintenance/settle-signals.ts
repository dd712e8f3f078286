// Signals that were left over: of broadcasts, the conditions that one transaction did not reach; of channels, what was
// locked by another transaction; and what no condition has taken in time.
import { addMs } from "../../core/duration.ts";
import {
  deleteBroadcast,
  deleteExpiries,
  deleteSignals,
  deleteUnresolvedChannel,
  insertExpiries,
  insertUnresolvedChannels,
  lockChannels,
  type PickBroadcastsRow,
  type PickExpiredSignalsRow,
  type PickUnresolvedChannelsRow,
  pickBroadcasts,
  pickExpiredSignals,
  pickUnresolvedChannels,
} from "../../store/signal.sql.gen.ts";
import { read, transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { resolveBroadcast, resolveChannel } from "../tx/resolve-signals.ts";

/** Of each tenant in one pass; the next one follows at once when there was as much. */
const passMaxOfTenant = 100;
const passMax = 1_000;
/** The transactions for one broadcast in a pass, so that many that wait for one do not hold up all others. */
const bitesMax = 16;
/** What is deleted by one transaction. */
const expiredMax = 1_000;
/** A broadcast that tasks still have is looked at again a day later. */
const broadcastKeptMs = 86_400_000;

/** Returns how many conditions were met. */
export async function settleSignals(engine: Engine, signal: AbortSignal): Promise<number> {
  const { broadcasts, channels } = await read(engine.database, {}, async (tx) => {
    const bounds = { most: passMax, mostOfTenant: passMaxOfTenant };
    const [broadcasts, channels] = await Promise.all([pickBroadcasts(tx, bounds), pickUnresolvedChannels(tx, bounds)]);
    return { broadcasts, channels };
  });
  let met = 0;
  // Of two on one channel, the earlier one first. Before what has only timed out: they came while it waited.
  for (const one of broadcasts) {
    for (let bites = 0; bites < bitesMax && !signal.aborted; bites += 1) {
      const count = await goOn(engine, one);
      met += count;
      if (count === 0) break;
    }
  }
  for (const one of channels) {
    if (signal.aborted) return met;
    met += await lookAgain(engine, one);
  }
  return met;
}

function goOn(engine: Engine, { tenantId, ...broadcast }: PickBroadcastsRow): Promise<number> {
  return transaction(engine.database, {}, async (tx) => {
    const { takes, isAll } = await resolveBroadcast(engine, tx, tenantId, broadcast);
    if (isAll) {
      await deleteBroadcast(tx, { tenantId, ...broadcast });
      // What began to wait meanwhile has waited behind those that the broadcast was for.
      await insertUnresolvedChannels(tx, { tenantId, channels: [broadcast.channel] });
    }
    return takes.length;
  });
}

function lookAgain(engine: Engine, { tenantId, channel }: PickUnresolvedChannelsRow): Promise<number> {
  return transaction(engine.database, {}, async (tx) => {
    await lockChannels(tx, { tenantId, channels: [channel] });
    // First, so that a transaction that leaves the channel to the loop meanwhile writes a new row.
    await deleteUnresolvedChannel(tx, { tenantId, channel });
    const { takes, isAll } = await resolveChannel(engine, tx, tenantId, channel);
    if (!isAll) await insertUnresolvedChannels(tx, { tenantId, channels: [channel] });
    return takes.length;
  });
}

/** Longer than any transaction that may still take one, by a time that was read when it began. */
const marginMs = 60_000;

export async function dropSignals(engine: Engine): Promise<void> {
  const bounds = { most: expiredMax, mostOfTenant: expiredMax };
  await transaction(engine.database, {}, async (tx) => {
    const picked = await pickExpiredSignals(tx, { ...bounds, before: addMs(tx.now, -marginMs) });
    if (picked.length === 0) return;
    const used = picked.filter(({ isUsed }) => isUsed);
    const unused = picked.filter(({ isUsed }) => !isUsed);
    const expireTimes = picked.map(({ expireTime }) => expireTime);
    await Promise.all([
      deleteExpiries(tx, { ...idsOf(picked), expireTimes }),
      insertExpiries(tx, { ...idsOf(used), until: addMs(tx.now, broadcastKeptMs) }),
      deleteSignals(tx, idsOf(unused)),
    ]);
  });
}

function idsOf(rows: readonly Pick<PickExpiredSignalsRow, "tenantId" | "signalId">[]) {
  return { tenantIds: rows.map(({ tenantId }) => tenantId), signalIds: rows.map(({ signalId }) => signalId) };
}
