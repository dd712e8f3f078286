// ListSignals: what waits on both sides of a channel, in the order in which it will meet; or what a task has taken.
import { type Signal, SignalSchema } from "../../../gen/typescript/asyncgate/v1/signal_pb.ts";
import {
  type ListSignalsRequest,
  ListSignalsRequestSchema,
  SignalService,
  type SignalWait,
  SignalWaitSchema,
} from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { methodOptions } from "../../core/method-options.ts";
import { formatPageToken, integerShape, pageQuestion, pageSizeDefault, parsePageToken } from "../../core/page-token.ts";
import { invalidArgument, notFound, orThrow, permissionDenied, Refused } from "../../core/refusal.ts";
import { type Target, targetOfChannel, targetOfTask } from "../../core/signals.ts";
import { listKept, listTaken, listWaiting } from "../../store/signal.sql.gen.ts";
import { readTaskParties } from "../../store/task.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { assembleSignal } from "../views/assemble-signal.ts";

export type SignalPage = {
  readonly signals: Signal[];
  readonly waiting: SignalWait[];
  readonly nextPageToken: string;
};

const { name: methodName, access } = methodOptions(SignalService.method.listSignals);

/** Signals have up to 64 KiB each, and all of a page are read before it is cut to what fits. */
const pageMost = 200;

type Entry = {
  readonly position: number;
  readonly signal?: Signal;
  readonly wait?: SignalWait;
};

export async function listSignals(engine: Engine, caller: Caller, request: ListSignalsRequest): Promise<SignalPage> {
  const { of } = request;
  if (of.case === undefined) {
    const description = "or a task must be named";
    throw new Refused(invalidArgument([{ field: "channel", description, rule: "signal.of" }]));
  }
  const target = of.case === "channel" ? orThrow(targetOfChannel(of.value, "channel")) : targetOfTask(of.value);
  const question = pageQuestion(ListSignalsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", integerShape));
  const most = Math.min(request.pageSize || pageSizeDefault, pageMost);
  const from = { tenantId: caller.tenantId, afterPosition: Number(token.position ?? 0), most: most + 1 };
  const entries = await read(engine.database, {}, async (tx) => {
    await checkMayRead(tx, caller, target);
    return of.case === "takenByTaskId" ? await readTaken(tx, target, from) : await readSides(tx, target, from);
  });
  const page = entries.slice(0, most);
  const fitting = fittingOf(page, engine.pageBytesMax);
  const last = fitting.at(-1);
  return {
    signals: fitting.flatMap(({ signal }) => signal ?? []),
    waiting: fitting.flatMap(({ wait }) => wait ?? []),
    nextPageToken: last && entries.length > fitting.length ? formatPageToken(question, String(last.position)) : "",
  };
}

async function checkMayRead(tx: ReadTransaction, caller: Caller, { taskId }: Target): Promise<void> {
  if (taskId === undefined) {
    const scope = access.conditionalScope;
    if (!caller.scopes.has(scope)) throw new Refused(permissionDenied(methodName, scope));
    return;
  }
  const [task] = await readTaskParties(tx, { tenantId: caller.tenantId, taskIds: [taskId] });
  if (!task || !mayReadTask(caller, task)) throw new Refused(notFound("task", taskId));
}

type From = { readonly tenantId: string; readonly afterPosition: number; readonly most: number };

async function readTaken(tx: ReadTransaction, { taskId = "" }: Target, from: From): Promise<Entry[]> {
  const rows = await listTaken(tx, { ...from, taskId });
  return rows.map((row) => ({ position: row.position, signal: assembleSignal(row) }));
}

/** Both sides have one order. */
async function readSides(tx: ReadTransaction, { channel }: Target, from: From): Promise<Entry[]> {
  const now = await tx.now;
  const [kept, waiting] = await Promise.all([
    listKept(tx, { ...from, channel, now }),
    listWaiting(tx, { ...from, channel }),
  ]);
  const entries: Entry[] = [
    ...kept.map((row) => ({ position: row.position, signal: assembleSignal(row) })),
    ...waiting.map(({ position, ...wait }) => ({
      position,
      wait: { $typeName: "asyncgate.v1.SignalWait" as const, ...wait },
    })),
  ];
  return entries.sort((one, other) => one.position - other.position).slice(0, from.most);
}

/** As many as one answer may hold, at least one. What waits is small, and is counted as its bound. */
function fittingOf(page: readonly Entry[], bytesMax: number): Entry[] {
  const waiting = takeFitting(
    SignalWaitSchema,
    page.flatMap(({ wait }) => wait ?? []),
    bytesMax,
  );
  const signals = page.flatMap(({ signal }) => signal ?? []);
  const fitting = takeFitting(SignalSchema, signals, bytesMax - waiting.length * waitBytes);
  const cut = signals[fitting.length];
  return cut
    ? page.slice(
        0,
        page.findIndex(({ signal }) => signal === cut),
      )
    : [...page];
}

/** An id and a name of 255 bytes, which JSON may write six times as long. */
const waitBytes = 1_700;
