// Credentials of nodes: API keys of the role `node`, which last a day. A node has at most two.
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { NodeCredential } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { keyRandomBytes, makeApiKey, secretDigest } from "../../core/api-key.ts";
import { addMs, timestampOfDate } from "../../core/duration.ts";
import { credentialMs, nodePrincipal } from "../../core/nodes.ts";
import { deleteApiKeys, insertApiKey, readApiKeyUse } from "../../store/api_key.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import type { NodeRow } from "../views/assemble-node.ts";

export async function makeCredential(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  nodeId: string,
): Promise<NodeCredential> {
  const { keyId, secret, key } = makeApiKey(engine.server.environment, engine.secureBytes(keyRandomBytes));
  const expireTime = addMs(tx.now, credentialMs);
  await insertApiKey(tx, {
    keyId,
    tenantId,
    secretSha256: secretDigest(secret),
    principal: nodePrincipal(nodeId),
    roles: [Role.NODE],
    label: `node ${nodeId}`,
    createTime: tx.now,
    expireTime,
  });
  return { $typeName: "asyncgate.v1.NodeCredential", key, keyId, expireTime: timestampOfDate(expireTime) };
}

export function keysOf({ keyId, formerKeyId }: Pick<NodeRow, "keyId" | "formerKeyId">): string[] {
  return [keyId, formerKeyId].filter((id) => id !== null);
}

/** They end: no server accepts a key that is not there. Kept, they would be a row a day for each node. */
export async function endCredentials(tx: Transaction, keyIds: readonly string[]): Promise<void> {
  if (keyIds.length > 0) await deleteApiKeys(tx, { keyIds });
}

/** One that no call has used is that of an answer that was lost. */
export async function hasUsedCredential(tx: Transaction, row: NodeRow): Promise<boolean> {
  const keyIds = keysOf(row);
  if (keyIds.length === 0) return false;
  const keys = await readApiKeyUse(tx, { keyIds });
  return keys.some(
    ({ revokeTime, expireTime, lastUsedTime }) =>
      revokeTime === null && lastUsedTime !== null && (expireTime === null || expireTime > tx.now),
  );
}
