// What reports need beside their leases, and what is written beside them: the verification tasks, and which principals
// may not have those.

import { fromBinary } from "@bufbuild/protobuf";
import { PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Creation } from "../../core/create-task.ts";
import type { Reported, Reporting } from "../../core/report-task.ts";
import { type Held, hasVerification } from "../../core/task-record.ts";
import { writeReports as writeReportsStatement } from "../../store/note.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { insertVerifiers, readHolders } from "../../store/verifier.sql.gen.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { recordCreations } from "../tasks/record-creations.ts";

export type ReportFacts = ReadonlyMap<string, Reported>;

/** Of the tasks among them whose work is verified. Their leases are locked, so that nothing of it changes. */
export async function readReportFacts(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  held: readonly Held[],
): Promise<ReportFacts> {
  const taskIds = held.filter(hasVerification).map(({ taskId }) => taskId);
  if (taskIds.length === 0) return new Map();
  const [rows, holders] = await Promise.all([
    readTasks(tx, { tenantId, taskIds }),
    readHolders(tx, { tenantId, taskIds }),
  ]);
  const moment = decisionContext(engine, tx.now);
  return new Map(
    rows.map((row) => [
      row.taskId,
      {
        terms: fromBinary(TaskSchema, row.terms),
        payload: row.payload ? fromBinary(PayloadSchema, row.payload) : undefined,
        holders: [...new Set(holders.flatMap(({ taskId, principal }) => (taskId === row.taskId ? [principal] : [])))],
        moment,
      },
    ]),
  );
}

type Done = { readonly taskId: string; readonly reporting: Reporting };

export async function writeReports(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  reports: readonly Done[],
): Promise<void> {
  if (reports.length === 0) return;
  const verifications = reports.flatMap(({ taskId, reporting: { verifications, barred } }) =>
    verifications.map((creation) => ({ creation, taskId, barred })),
  );
  await Promise.all([
    writeReportsStatement(tx, {
      tenantId,
      taskIds: reports.map(({ taskId }) => taskId),
      reviews: reports.map(({ reporting }) => reporting.review),
      nextTasks: reports.map(({ reporting }) => reporting.nextTasks),
    }),
    writeVerifications(engine, tx, tenantId, verifications),
  ]);
}

type NewVerification = {
  readonly creation: Creation;
  /** The verified task. */
  readonly taskId: string;
  readonly barred: readonly string[];
};

export async function writeVerifications(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  made: readonly NewVerification[],
): Promise<void> {
  await Promise.all([
    insertVerifiers(tx, {
      tenantId,
      taskIds: made.map(({ creation }) => creation.task.taskId),
      verifiedTaskIds: made.map(({ taskId }) => taskId),
      barreds: made.map(({ barred }) => JSON.stringify(barred)),
    }),
    recordCreations(
      engine,
      tx,
      tenantId,
      made.map(({ creation }) => ({ creation, decision: creation })),
    ),
  ]);
}
