// RevealNodeAddress: where a dispatcher gives jobs to a node, and the bearer for it. Each call is on record.
import {
  NodeService,
  type RevealNodeAddressRequest,
  type RevealNodeAddressResponse,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { methodOptions } from "../../core/method-options.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { transaction } from "../../store/transaction.ts";
import { type Administrator, recordAudit } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { revealedAddress } from "../node-configs/node-address.ts";
import { findNode, refuseInactive } from "../node-configs/node-rows.ts";

const { name: method } = methodOptions(NodeService.method.revealNodeAddress);

type Answer = Omit<RevealNodeAddressResponse, "$typeName" | "$unknown">;

export async function revealNodeAddress(
  engine: Engine,
  dispatcher: Caller & Administrator,
  { nodeId, requestId }: RevealNodeAddressRequest,
): Promise<Answer> {
  const { tenantId } = dispatcher;
  return await transaction(engine.database, {}, async (tx) => {
    const row = await findNode(tx, tenantId, nodeId);
    refuseInactive(row);
    const workerApi = revealedAddress(engine, tenantId, row);
    if (!workerApi) throw new Refused(notFound("node", nodeId));
    const note = row.configVersion;
    await recordAudit(engine, tx, dispatcher, { method, tenantId, subject: nodeId, requestId, note });
    return { workerApi, configVersion: row.configVersion };
  });
}
