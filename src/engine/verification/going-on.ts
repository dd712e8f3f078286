// The tasks that go on from a verified one: its report has kept them, and they are created with its acceptance, as if
// its executor had been its own judge.
import { fromBinary } from "@bufbuild/protobuf";
import { CreateTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { ReviewSchema } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import type { DecisionContext } from "../../core/decision.ts";
import type { GoingOn, Verifying } from "../../core/judge-report.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import {
  type Along,
  type AlongFacts,
  makeAlong,
  readAlong,
  tieAlong,
  type Wanted,
  waitsOfWanted,
  wantedOf,
} from "../children/create-along.ts";
import { readWaitFacts } from "../conditions/read-wait-facts.ts";
import type { Engine } from "../engine.ts";

/** What was asked for was looked at when it was reported, with the scopes of its executor. */
const scopes: ReadonlySet<string> = new Set(["tasks:read_all"]);

type Reviewed = { readonly review: Uint8Array; readonly nextTasks: Uint8Array | null };

/** In the name of the principal that has reported the task. */
export function wantedAfter(caller: Caller, taskId: string, { review, nextTasks }: Reviewed): Wanted[] {
  const executor = nextTasks ? fromBinary(ReviewSchema, review).report?.executor : undefined;
  if (!nextTasks || !executor) return [];
  const { kind, id } = executor;
  const inItsName: Caller = {
    ...caller,
    principal: { kind, id },
    principalText: formatPrincipal({ kind, id }),
    scopes,
  };
  return fromBinary(CreateTasksRequestSchema, nextTasks).tasks.map((request, place) =>
    wantedOf({ field: `next[${place}]`, caller: inItsName, request, parentTaskId: taskId, isChild: false }),
  );
}

/** After the verified task is locked. */
export async function readGoingOn(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  wanted: readonly Wanted[],
  { waiting, terms }: Verifying,
): Promise<AlongFacts> {
  const waits = await readWaitFacts(engine, tx, tenantId, waitsOfWanted(wanted));
  return await readAlong(engine, tx, tenantId, wanted, new Map([[waiting.taskId, terms]]), waits);
}

export function makeGoingOn(
  wanted: readonly Wanted[],
  { waiting, owner, obligated, terms, review }: Verifying,
  facts: AlongFacts,
  moment: DecisionContext,
): { readonly along: Along; readonly next: GoingOn } | Refusal {
  const receiptId = moment.newId();
  const executor = review.report?.executor;
  const worker = executor ? formatPrincipal(executor) : owner;
  const { taskId } = waiting;
  const held = { taskId, worker, owner, obligated, acceptedReceiptId: review.report?.receiptId ?? "" };
  const along = makeAlong(wanted, { held, terms, facts, receiptId, endsTask: true });
  if (isRefusal(along)) return along;
  along.keep();
  tieAlong(along, []);
  return { along, next: { receiptId, tasks: along.tasks } };
}
