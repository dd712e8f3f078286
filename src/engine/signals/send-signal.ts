// SendSignal: a signal on a channel. It meets the condition that has waited longest, in its own transaction, or is
// kept. The lock of the channel makes of signals and waits one order.
import { fromBinary } from "@bufbuild/protobuf";
import { PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ReceiptBodySchema } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type SendSignalRequest,
  SendSignalRequestSchema,
  type SendSignalResponse,
  SignalService,
} from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { addMs, timestampOfDate } from "../../core/duration.ts";
import { methodOptions } from "../../core/method-options.ts";
import { nameIn } from "../../core/names.ts";
import {
  invalidTransition,
  limitReached,
  notFound,
  orThrow,
  permissionDenied,
  Refused,
  throwIfRefused,
} from "../../core/refusal.ts";
import {
  checkSendSignal,
  keepMs,
  type Sent,
  signalReceipt,
  type Target,
  targetOfChannel,
  targetOfTask,
} from "../../core/signals.ts";
import { stateOf } from "../../core/task-record.ts";
import { hasEnded, stateName } from "../../core/transitions.ts";
import { readTaskSummaries } from "../../store/obligation.sql.gen.ts";
import { readReceipt } from "../../store/receipt.sql.gen.ts";
import {
  countConditionsOnChannel,
  countKept,
  deleteBroadcast,
  insertBroadcast,
  insertKeptSignal,
  insertUnresolvedChannels,
  isOfTree,
  lockChannels,
  readWaitedFor,
} from "../../store/signal.sql.gen.ts";
import { readTaskParties } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { admit } from "../runtime/quotas.ts";
import { taskIdIn } from "../tx/names.ts";
import { recordReceipts } from "../tx/record-receipts.ts";
import { type Call, claimRequestIds, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { resolveBroadcast, resolveChannel } from "../tx/resolve-signals.ts";

type Answer = Omit<SendSignalResponse, "$typeName" | "$unknown">;

const { name: methodName, access } = methodOptions(SignalService.method.sendSignal);

/** How long a broadcast stays for the tasks that it has met before it is looked at whether any still has it. */
const broadcastMs = 3_600_000;

export async function sendSignal(engine: Engine, caller: Caller, request: SendSignalRequest): Promise<Answer> {
  throwIfRefused(checkSendSignal(request, caller.limits));
  const call: Call = {
    method: SignalService.method.sendSignal.name,
    principal: caller.principalText,
    requestId: request.requestId,
    digest: requestDigest(SendSignalRequestSchema, request),
  };
  return await runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      const again = async () => {
        const [said] = await readCalls(tx, caller.tenantId, [call]);
        return said && (await answerAgain(tx, caller.tenantId, orThrow(said).taskIds[0] ?? ""));
      };
      // A name may have passed on since the call was made first, or have no bearer any more.
      const before = isByName(request.to) ? await again() : undefined;
      if (before) return before;
      const target = await targetOf(tx, caller, request.to);
      const mayBeSent = await checkTarget(tx, caller, target);
      const said = await again();
      if (said) return said;
      mayBeSent();
      return await send(engine, tx, caller, target, request, call);
    }),
  );
}

type To = SendSignalRequest["to"];

function isByName(to: To): boolean {
  return to.case === "taskId" && nameIn(to.value) !== undefined;
}

async function targetOf(tx: Transaction, caller: Caller, to: To): Promise<Target> {
  assert(to.case !== undefined, "it has been checked that there is one");
  if (to.case === "channel") return orThrow(targetOfChannel(to.value, "channel"));
  return targetOfTask(await taskIdIn(tx, caller, to.value));
}

/** Throws for callers that may not send there. What it returns throws where none may: a call that is said again may. */
async function checkTarget(tx: Transaction, caller: Caller, { taskId }: Target): Promise<() => void> {
  if (taskId === undefined) {
    const scope = access.conditionalScope;
    if (!caller.scopes.has(scope)) throw new Refused(permissionDenied(methodName, scope));
    return () => undefined;
  }
  const { tenantId } = caller;
  const asked = { tenantId, taskIds: [taskId] };
  const me = { tenantId, taskId, me: caller.principalText };
  const [[parties], [standing]] = await Promise.all([readTaskParties(tx, asked), readTaskSummaries(tx, asked)]);
  const may = parties && standing && (maySignal(caller, parties) || (await isOfTree(tx, me)).there);
  if (!may) throw new Refused(notFound("task", taskId));
  const state = stateOf(standing);
  return () => {
    if (!hasEnded(state)) return;
    const message = `SendSignal comes too late: the task has ended as ${stateName(state)}.`;
    throw new Refused(invalidTransition({ taskId, from: state, requested: methodName }, message));
  };
}

type Parties = { readonly owner: string; readonly worker: string | null };

/**
 * Its creator, its holder, and callers that may signal all. Beside these, its tree: the owner of the top, and holders
 * of tasks in it. For others the task does not exist, as with reading.
 */
function maySignal(caller: Caller, { owner, worker }: Parties): boolean {
  const me = caller.principalText;
  return owner === me || worker === me || caller.scopes.has(access.widerScope);
}

async function send(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  { channel }: Target,
  request: SendSignalRequest,
  call: Call,
): Promise<Answer> {
  const { tenantId, principalText: from } = caller;
  const { broadcast } = request;
  const signalId = decisionContext(engine, tx.now).newId();
  const payload = request.payload ? encode(PayloadSchema, request.payload) : null;
  const signal = { signalId, from, channel, payload, broadcast };
  await lockChannels(tx, { tenantId, channels: [channel] });
  await claimRequestIds(tx, tenantId, [{ call, taskIds: [signalId] }]);
  const sent = broadcast
    ? await sendToAll(engine, tx, tenantId, signal)
    : await sendToOne(engine, tx, caller, signal, addMs(tx.now, keepMs(request.ttl, retentionOf(engine, caller))));
  await Promise.all(recordReceipts(tx, tenantId, signalReceipt(sent, tx.now)));
  const { takenByTaskId, waiting, keepUntil } = sent;
  return { signalId, takenByTaskId, waiting, ...(keepUntil && { keepUntil: timestampOfDate(keepUntil) }) };
}

function retentionOf({ server }: Engine, { retentionMs }: Caller): number {
  return retentionMs ?? server.retentionMs;
}

type Signal = Pick<Sent, "signalId" | "from" | "channel" | "payload" | "broadcast">;

async function sendToOne(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  signal: Signal,
  keepUntil: Date,
): Promise<Sent> {
  const { tenantId, limits } = caller;
  const { channel, signalId } = signal;
  const waited = await readWaitedFor(tx, { tenantId, channels: [channel] });
  // Counted before it is there, where it is kept for certain. A full quota holds up nothing that is taken at once.
  if (waited.length === 0) await admitKept(engine, tx, caller);
  await insertKeptSignal(tx, rowOf(tx, tenantId, signal, keepUntil));
  const { takes, isAll } = await resolveChannel(engine, tx, tenantId, channel);
  if (!isAll) {
    engine.leftovers.note(tx);
    await insertUnresolvedChannels(tx, { tenantId, channels: [channel] });
  }
  const taker = takes.find(({ signalIds }) => signalIds.includes(signalId));
  if (taker) return { ...signal, takenByTaskId: taker.taskId, keepUntil: undefined, waiting: 0 };
  if (waited.length > 0) await admitKept(engine, tx, caller);
  const bound = limits.channel_kept_signals_max;
  const { count } = await countKept(tx, { tenantId, channel, most: bound + 1 });
  if (count > bound) {
    const limit = { limit: "channel_kept_signals_max", bound, value: count };
    throw new Refused(limitReached(limit, retryMs));
  }
  return { ...signal, takenByTaskId: "", keepUntil, waiting: 0 };
}

/** A task that waits takes some; until then, or until they run out, no further one is kept. */
const retryMs = 1_000;

async function sendToAll(engine: Engine, tx: Transaction, tenantId: string, signal: Signal): Promise<Sent> {
  const { channel, signalId } = signal;
  const { count: waiting } = await countConditionsOnChannel(tx, { tenantId, channel });
  const sent = { ...signal, takenByTaskId: "", keepUntil: undefined, waiting };
  if (waiting === 0) return sent;
  const expireTime = addMs(tx.now, broadcastMs);
  const { position } = await insertBroadcast(tx, rowOf(tx, tenantId, signal, expireTime));
  const { isAll } = await resolveBroadcast(engine, tx, tenantId, { channel, signalId, position });
  if (isAll) await deleteBroadcast(tx, { tenantId, channel, position });
  return sent;
}

function rowOf(tx: Transaction, tenantId: string, signal: Signal, expireTime: Date) {
  const { signalId, channel, from: fromPrincipal, payload } = signal;
  const payloads = [payload];
  return { tenantId, signalId, channel, fromPrincipal, payloads, createTime: tx.now, expireTime };
}

/** Only senders take the lock of this quota, and as their last one. */
async function admitKept(engine: Engine, tx: Transaction, caller: Caller): Promise<void> {
  const demand = { caller, principal: caller.principalText, count: 1 };
  const [admitted] = await admit(engine, tx, "kept_signals", [demand]);
  throwIfRefused(admitted?.refusal);
}

/** What the receipt says of the first time. */
async function answerAgain(tx: Transaction, tenantId: string, signalId: string): Promise<Answer> {
  const row = await readReceipt(tx, { tenantId, receiptId: signalId });
  if (!row) throw new Refused(notFound("receipt", signalId));
  const { body } = fromBinary(ReceiptBodySchema, row.body);
  assert(body.case === "signalSent", "the receipt of a signal says so");
  const { takenByTaskId, keepUntil, waiting } = body.value;
  return { signalId, takenByTaskId, waiting, ...(keepUntil && { keepUntil }) };
}
