// UpdateNodeConfig: issues a configuration to a node. A repeated call finds the version that the first one made.
import type { NodeConfigVersion } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  NodeService,
  type UpdateNodeConfigRequest,
  UpdateNodeConfigRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { methodOptions } from "../../core/method-options.ts";
import { checkNodeConfig } from "../../core/nodes.ts";
import { orThrow, throwIfRefused } from "../../core/refusal.ts";
import { writeNode } from "../../store/node.sql.gen.ts";
import { transaction } from "../../store/transaction.ts";
import { type Administrator, recordAudit } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { issueConfig } from "../node-configs/issue-config.ts";
import { lockNodeNamed, refuseInactive } from "../node-configs/node-rows.ts";
import { refuseInRollout } from "../node-rollouts/rollout-rows.ts";
import { type Call, callDigest, claimRequestIds, lockCall, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleConfig } from "../views/assemble-node.ts";
import { findVersion } from "./find-version.ts";

const { name: method } = methodOptions(NodeService.method.updateNodeConfig);

export async function updateNodeConfig(
  engine: Engine,
  operator: Caller & Administrator,
  request: UpdateNodeConfigRequest,
): Promise<NodeConfigVersion> {
  const { nodeId, config, requestId } = request;
  const { tenantId, principalText: by } = operator;
  assert(config !== undefined, "the contract requires the configuration");
  throwIfRefused(checkNodeConfig(config, true));
  const digest = callDigest(requestId, () => requestDigest(UpdateNodeConfigRequestSchema, request));
  const call: Call = { method: NodeService.method.updateNodeConfig.name, principal: by, requestId, digest };
  return await runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      await lockCall(tx, tenantId, call);
      const row = await lockNodeNamed(tx, tenantId, nodeId);
      const [said] = await readCalls(tx, tenantId, [call]);
      if (said) {
        const version = orThrow(said).taskIds[0] ?? "";
        return assembleConfig(nodeId, await findVersion(tx, tenantId, nodeId, version));
      }
      refuseInactive(row);
      await refuseInRollout(tx, tenantId, nodeId);
      const issued = await issueConfig(engine, tx, tenantId, row, { config, by });
      const { version } = issued.config;
      await writeNode(tx, { tenantId, ...issued.row });
      await claimRequestIds(tx, tenantId, [{ call, taskIds: [version] }]);
      await recordAudit(engine, tx, operator, { method, tenantId, subject: nodeId, requestId, note: version });
      return assembleConfig(nodeId, issued.config);
    }),
  );
}
