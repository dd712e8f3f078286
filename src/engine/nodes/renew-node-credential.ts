// RenewNodeCredential: the next credential of the calling node. The one of the call lasts on, so that a lost answer and
// streams that are open cost nothing.
import type { NodeCredential } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { NodeService, type RenewNodeCredentialRequest } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { methodOptions } from "../../core/method-options.ts";
import { writeNode } from "../../store/node.sql.gen.ts";
import { transaction } from "../../store/transaction.ts";
import { type Administrator, recordAudit } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { lockOwnNode } from "../node-configs/node-rows.ts";
import { endCredentials, keysOf, makeCredential } from "./node-credentials.ts";

const { name: method } = methodOptions(NodeService.method.renewNodeCredential);

export async function renewNodeCredential(
  engine: Engine,
  node: Caller & Administrator,
  { requestId }: RenewNodeCredentialRequest,
): Promise<NodeCredential> {
  const { tenantId, keyId: own } = node;
  return await transaction(engine.database, {}, async (tx) => {
    const row = await lockOwnNode(tx, node);
    const keys = keysOf(row);
    const credential = await makeCredential(engine, tx, tenantId, row.nodeId);
    const formerKeyId = keys.includes(own) ? own : null;
    await Promise.all([
      endCredentials(
        tx,
        keys.filter((id) => id !== own),
      ),
      writeNode(tx, { tenantId, ...row, keyId: credential.keyId, formerKeyId }),
      recordAudit(engine, tx, node, { method, tenantId, subject: row.nodeId, requestId, note: credential.keyId }),
    ]);
    return credential;
  });
}
