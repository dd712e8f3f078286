// Reports whose verdicts take too long: they fail, are accepted, or go to the owner, as the task says.

import { fromBinary } from "@bufbuild/protobuf";
import { PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { Report } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { assert } from "../../core/assert.ts";
import type { Decision } from "../../core/decision.ts";
import { acceptReport, askOwner, failOverdue, overdueOf, type Verifying } from "../../core/judge-report.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { isRefusal } from "../../core/refusal.ts";
import { makeVerification } from "../../core/report-task.ts";
import { readReviews } from "../../store/note.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import { readTenant, readTenantByName } from "../../store/tenant.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { overVerifiers, readHolders } from "../../store/verifier.sql.gen.ts";
import { type Caller, callerOf, tenantOfCallers } from "../caller.ts";
import { type Along, admitAlong, type Wanted, writeAlong } from "../children/create-along.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout } from "../runtime/wakeups.ts";
import { record } from "../tx/record.ts";
import { makeGoingOn, readGoingOn, wantedAfter } from "./going-on.ts";
import { lockVerifyingUnlessBusy, writeReportPiece } from "./read-verifying.ts";
import { writeVerifications } from "./report-tasks.ts";

/** Returns how many tasks have moved. */
export function settleOverdue(engine: Engine, tenantId: string, taskId: string): Promise<number> {
  return transaction(engine.database, {}, async (tx) => {
    const wanted = await wantedBy(engine, tx, tenantId, taskId);
    const verifying = await lockVerifyingUnlessBusy(tx, tenantId, taskId);
    if (!verifying) return 0;
    const holders = (await readHolders(tx, { tenantId, taskIds: [taskId] })).map(({ principal }) => principal);
    switch (overdueOf(verifying, holders, tx.now)) {
      case "nothing":
        return 0;
      case "ask owner":
        return await ask(engine, tx, tenantId, verifying, holders);
      case "accept":
        return await accept(engine, tx, tenantId, verifying, wanted);
      case "fail": {
        const message = "The verdicts on the report took longer than the task allows.";
        return await end(engine, tx, tenantId, failOverdue(verifying, message, decisionContext(engine, tx.now)));
      }
    }
  });
}

/** Before the lock is had, as the lock of a quota comes before all others. */
async function wantedBy(engine: Engine, tx: Transaction, tenantId: string, taskId: string): Promise<Wanted[]> {
  const [reviewed] = await readReviews(tx, { tenantId, taskIds: [taskId] });
  if (!reviewed?.nextTasks) return [];
  const wanted = wantedAfter(await callerFor(engine, tx, tenantId), taskId, reviewed);
  await admitAlong(engine, tx, tenantId, wanted);
  return wanted;
}

/** No call has come: the limits are the tenant's, and the name is put in by what is wanted. */
async function callerFor(engine: Engine, tx: Transaction, tenantId: string): Promise<Caller> {
  const named = await readTenant(tx, { tenantId });
  const row = named && (await readTenantByName(tx, { name: named.name }));
  assert(row !== undefined && row !== null, "a task has a tenant");
  const tenant = tenantOfCallers(engine.limits, { ...row, tenantName: row.name });
  return callerOf(tenant, { principal: "service:asyncgate", roles: [], keyId: "" });
}

async function accept(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  verifying: Verifying,
  wanted: readonly Wanted[],
): Promise<number> {
  const moment = decisionContext(engine, tx.now);
  if (wanted.length === 0) {
    return await end(engine, tx, tenantId, acceptReport(verifying, { unverified: true }, moment));
  }
  const facts = await readGoingOn(engine, tx, tenantId, wanted, verifying);
  const onward = makeGoingOn(wanted, verifying, facts, moment);
  if (isRefusal(onward)) {
    const message = `What goes on from the report could not be created: ${onward.message}`;
    return await end(engine, tx, tenantId, failOverdue(verifying, message, moment));
  }
  const decision = acceptReport(verifying, { unverified: true, next: onward.next }, moment);
  return await end(engine, tx, tenantId, decision, onward.along);
}

async function end(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  decision: Decision,
  along?: Along,
): Promise<number> {
  await record(engine, tx, tenantId, [decision]);
  await writeAlong(engine, tx, tenantId, along?.made ?? []);
  wakeAbout(engine.wakeups, tx, tenantId, [decision]);
  return 1;
}

/** The owner's verification task takes the place of all others. */
async function ask(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  verifying: Verifying,
  barred: readonly string[],
): Promise<number> {
  const { waiting, owner, terms, review } = verifying;
  const { taskId } = waiting;
  const { report } = review;
  assert(report !== undefined, "what is being verified was reported");
  const [row] = await readTasks(tx, { tenantId, taskIds: [taskId] });
  const payload = row?.payload ? fromBinary(PayloadSchema, row.payload) : undefined;
  const about = { terms, payload, moment: decisionContext(engine, tx.now) };
  const creation = makeVerification({ taskId, owner }, about, report, parsePrincipal(owner));
  const ownerTaskId = creation.task.taskId;
  const decision = askOwner(verifying, ownerTaskId, decisionContext(engine, tx.now));
  const anomaly = decision.receipts[0];
  assert(anomaly !== undefined, "no state without its receipts");
  await overVerifiers(tx, { tenantId, verifiedTaskIds: [taskId], receiptIds: [anomaly.receiptId] });
  await record(engine, tx, tenantId, [decision]);
  await writeVerifications(engine, tx, tenantId, [{ creation, taskId, barred }]);
  await writeReportPiece(tx, tenantId, taskId, pieceOf(ownerTaskId));
  wakeAbout(engine.wakeups, tx, tenantId, [decision]);
  return 1;
}

/** What is added to the report: pieces are read as their sum. */
function pieceOf(ownerTaskId: string): Report {
  return {
    $typeName: "asyncgate.v1.Report",
    receiptId: "",
    attempt: 0,
    artifacts: [],
    verificationTaskIds: [ownerTaskId],
    ownerTaskId,
  };
}
