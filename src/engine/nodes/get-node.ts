// GetNode and ExplainNode: a node with its last report; and what keeps it from being given work.
import { fromBinary } from "@bufbuild/protobuf";
import { type Node, type NodeReport, NodeReportSchema } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type { ExplainNodeResponse } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { obstaclesOf } from "../../core/nodes.ts";
import { readNodeReport } from "../../store/node.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { findNode } from "../node-configs/node-rows.ts";
import { assembleNode, lastAckOf } from "../views/assemble-node.ts";

type Named = { readonly nodeId: string };

export async function getNode(
  engine: Engine,
  { tenantId }: Caller,
  { nodeId }: Named,
): Promise<{ node: Node; report?: NodeReport }> {
  return await read(engine.database, {}, async (tx) => {
    const row = await findNode(tx, tenantId, nodeId);
    const { reportSha256 } = row;
    const kept = reportSha256 && (await readNodeReport(tx, { tenantId, nodeId, reportSha256 }));
    return {
      node: assembleNode(row, await tx.now),
      ...(kept && { report: fromBinary(NodeReportSchema, kept.report) }),
    };
  });
}

type Explained = Omit<ExplainNodeResponse, "$typeName" | "$unknown">;

export async function explainNode(engine: Engine, { tenantId }: Caller, { nodeId }: Named): Promise<Explained> {
  return await read(engine.database, {}, async (tx) => {
    const row = await findNode(tx, tenantId, nodeId);
    const now = await tx.now;
    const obstacles = obstaclesOf(row, lastAckOf(row), now);
    const said = obstacles.map(({ message }) => message).join(" ");
    const summary = obstacles.length === 0 ? `The node ${nodeId} is given work.` : `The node ${nodeId} is not: ${said}`;
    return { node: assembleNode(row, now), obstacles, summary };
  });
}
