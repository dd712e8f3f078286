// A version of a node's configuration, or the refusal that names the last ones.

import { noSuchVersion } from "../../core/node-refusals.ts";
import { Refused } from "../../core/refusal.ts";
import { type ListNodeConfigsRow, listNodeConfigs, readNodeConfigByVersion } from "../../store/node_config.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";

/** As the facts of the refusal say. */
const knownMax = 10;

export async function findVersion(
  tx: Executor,
  tenantId: string,
  nodeId: string,
  version: string,
): Promise<ListNodeConfigsRow> {
  const found = await readNodeConfigByVersion(tx, { tenantId, nodeId, configVersion: version });
  if (found) return found;
  const last = await listNodeConfigs(tx, {
    tenantId,
    nodeId,
    beforeNumber: Number.MAX_SAFE_INTEGER,
    most: knownMax,
  });
  throw new Refused(
    noSuchVersion(
      "config",
      version,
      last.map((one) => one.version),
    ),
  );
}
