// What the operations on single tasks share: the task is locked, a repeated call is answered as the first time, and the
// change, its receipt and its audit record are written together.
import type { DescMessage, DescMethod, MessageShape } from "@bufbuild/protobuf";
import type { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import { methodOptions } from "../../core/method-options.ts";
import type { OperatorCall } from "../../core/pause-task.ts";
import { invalidTransition, notFound, orThrow, Refused } from "../../core/refusal.ts";
import type { TaskRecord, Waiting } from "../../core/task-record.ts";
import { stateName } from "../../core/transitions.ts";
import type { BlockedTask } from "../../core/wait.ts";
import { insertReceiptLinks, readReceiptsOfCalls } from "../../store/receipt.sql.gen.ts";
import { readTasks, readTerms } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { type Administrator, recordAudit } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import { blockedTaskOf } from "../tx/condition-rows.ts";
import { lockTasks } from "../tx/lock-tasks.ts";
import { record } from "../tx/record.ts";
import { type Call, claimRequestIds, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { linksOf } from "../tx/resolve-ends.ts";
import { asHandedOff } from "../tx/who-may-lease.ts";
import { assembleTask } from "../views/assemble-task.ts";

/** A caller that operates, and where it calls from. */
export type Operator = Caller & Administrator;

export type Operated = { readonly task: Task; readonly receiptId: string };

type Asked = { readonly taskId: string; readonly reason: string; readonly requestId: string };

export type Operation = {
  readonly method: DescMethod;
  /** The type of its receipt. */
  readonly writes: ReceiptType;
  /** Undefined if the task stands already as is asked; then the answer names the given receipt. */
  readonly decide: (on: OnTask) => Promise<Step | { readonly asItIs: string }>;
};

export type OnTask = {
  readonly tx: Transaction;
  readonly tenantId: string;
  readonly living: TaskRecord;
  readonly task: BlockedTask;
  readonly call: OperatorCall;
  readonly moment: DecisionContext;
  /** Refuses the call: the task is in a state from which it is not legal. */
  readonly refuse: (why: string) => never;
};

type Step = {
  readonly decided: Decision<Waiting>;
  /** The receipts of its own chain that the receipt names: they need no link. */
  readonly ownIds?: readonly string[];
  /** Writes what belongs to it beside the decision. */
  readonly beside?: () => Promise<unknown>;
};

export async function operateOn<Schema extends DescMessage>(
  engine: Engine,
  operator: Operator,
  schema: Schema,
  request: MessageShape<Schema> & Asked,
  operation: Operation,
): Promise<Operated> {
  const { tenantId, principalText: principal } = operator;
  const { taskId, reason, requestId } = request;
  const { method } = operation;
  const digest = requestDigest(schema, request);
  const call: Call = { method: method.name, principal, requestId, digest };
  return await runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      const living = (await lockTasks(tx, tenantId, [taskId])).get(taskId);
      const [row] = await readTerms(tx, { tenantId, taskIds: [taskId] });
      if (!living || !row) throw new Refused(notFound("task", taskId));
      const [said] = await readCalls(tx, tenantId, [call]);
      if (said) orThrow(said);
      const audit = { method: methodOptions(method).name, tenantId, subject: taskId, requestId, note: reason };
      await recordAudit(engine, tx, operator, audit);
      if (said)
        return await answer(tx, tenantId, taskId, await receiptOf(tx, tenantId, taskId, call, operation.writes));
      const step = await operation.decide({
        tx,
        tenantId,
        living,
        task: blockedTaskOf(row),
        call: { operator: principal, reason, mark: { requestId, requestDigest: digest } },
        moment: decisionContext(engine, tx.now),
        refuse(why) {
          const message = `${method.name} is not possible: the task is ${stateName(living.state)}. ${why}`;
          throw new Refused(invalidTransition({ taskId, from: living.state, requested: method.name }, message));
        },
      });
      await claimRequestIds(tx, tenantId, [{ call, taskIds: [taskId] }]);
      if ("asItIs" in step) return await answer(tx, tenantId, taskId, step.asItIs);
      await write(engine, tx, tenantId, step, blockedTaskOf(row).terms);
      return await answer(tx, tenantId, taskId, step.decided.receipts[0]?.receiptId ?? "");
    }),
  );
}

async function write(engine: Engine, tx: Transaction, tenantId: string, step: Step, asked: Task): Promise<void> {
  const { decided, beside, ownIds } = step;
  await beside?.();
  await record(engine, tx, tenantId, [decided]);
  const links = linksOf([decided], ownIds);
  if (links.length > 0) {
    await insertReceiptLinks(tx, {
      tenantId,
      parentReceiptIds: links.map(({ parent }) => parent),
      childReceiptIds: links.map(({ child }) => child),
    });
  }
  wakeAbout(engine.wakeups, tx, tenantId, [decided]);
  const { taskId } = decided.after;
  const places = await asHandedOff(tx, tenantId, [decided.after], new Map([[taskId, asked]]));
  wakeClaimers(engine.wakeups, tx, tenantId, [decided], () => places.get(taskId));
}

/** The receipt that the call wrote when it was said first. Empty if it wrote none. */
async function receiptOf(tx: Transaction, tenantId: string, taskId: string, call: Call, type: ReceiptType) {
  const rows = await readReceiptsOfCalls(tx, { tenantId, taskIds: [taskId], requestIds: [call.requestId] });
  const own = rows.find((row) => row.type === type && row.fromPrincipal === call.principal);
  return own?.receiptId ?? "";
}

async function answer(tx: Transaction, tenantId: string, taskId: string, receiptId: string): Promise<Operated> {
  const [row] = await readTasks(tx, { tenantId, taskIds: [taskId] });
  if (!row) throw new Refused(notFound("task", taskId));
  return { task: assembleTask(row), receiptId };
}
