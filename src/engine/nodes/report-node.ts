// ReportNode: what the calling node is, and how it is. Once a minute for each node: a row is locked and updated, and
// its report is written only if it says something else than before.
import type { ReportNodeRequest, ReportNodeResponse } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { durationOfMs } from "../../core/duration.ts";
import { checkReport, hexOf, reportIntervalMs, reportsKept, sha256Of, stateAfterReport } from "../../core/nodes.ts";
import { orThrow } from "../../core/refusal.ts";
import { deleteNodeReports, writeNodeReport, writeNodeReported } from "../../store/node.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { lockOwnNode } from "../node-configs/node-rows.ts";
import { topics } from "../runtime/wakeups.ts";
import type { NodeRow } from "../views/assemble-node.ts";
import { findVersion } from "./find-version.ts";

type Answer = Omit<ReportNodeResponse, "$typeName" | "$unknown">;

export async function reportNode(engine: Engine, node: Caller, request: ReportNodeRequest): Promise<Answer> {
  const { tenantId, limits } = node;
  const { report: asked, ready, reasons, jobs, effectiveHash } = request;
  assert(asked !== undefined, "the contract requires the report");
  const { bytes: report } = orThrow(checkReport(asked, limits));
  const reportSha256 = sha256Of(report);
  return await transaction(engine.database, {}, async (tx) => {
    const row = await lockOwnNode(tx, node);
    const { nodeId } = row;
    const applied = await appliedOf(tx, tenantId, row, request.configVersion);
    const state = stateAfterReport(row.state);
    const isSame = row.reportSha256 !== null && Buffer.compare(row.reportSha256, reportSha256) === 0;
    const reported = {
      now: tx.now,
      state,
      reportSha256,
      ready,
      reasons,
      jobs,
      effectiveHash,
      push: asked.push,
      ...applied,
    };
    await Promise.all([
      writeNodeReported(tx, { tenantId, nodeId, ...reported }),
      !isSame && keepReport(tx, tenantId, { nodeId, report, reportSha256 }),
    ]);
    if (state !== row.state) tx.afterCommit(() => engine.wakeups.wake(topics.node(tenantId, nodeId)));
    return {
      state,
      configVersion: row.configVersion,
      reportHash: hexOf(reportSha256),
      reportInterval: durationOfMs(reportIntervalMs),
    };
  });
}

type Applied = Pick<NodeRow, "appliedNumber" | "appliedVersion">;

/** What holds on a node is what it says itself: it may have gone back to an earlier version. */
async function appliedOf(tx: Transaction, tenantId: string, row: NodeRow, version: string): Promise<Applied> {
  if (version === "") return { appliedNumber: null, appliedVersion: null };
  const { appliedNumber, appliedVersion } = row;
  if (version === appliedVersion) return { appliedNumber, appliedVersion };
  const found = await findVersion(tx, tenantId, row.nodeId, version);
  return { appliedNumber: found.number, appliedVersion: found.version };
}

type Kept = { readonly nodeId: string; readonly report: Uint8Array; readonly reportSha256: Uint8Array };

/** Whole, with its hash, beside the last ones that said something else. */
export async function keepReport(tx: Transaction, tenantId: string, { nodeId, ...report }: Kept): Promise<void> {
  await Promise.all([
    writeNodeReport(tx, { tenantId, nodeId, ...report, createTime: tx.now }),
    deleteNodeReports(tx, { tenantId, nodeId, kept: reportsKept }),
  ]);
}
