// GetMachine: a version of a stored machine, with its document: by its own version, by its hash, or the latest.
import type { GetMachineRequest, StoredMachine } from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { readLatestMachine, readMachineByHash, readMachineByVersion } from "../../store/machine.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { assembleMachine } from "../views/assemble-machine.ts";

export type FoundMachine = { readonly machine: StoredMachine; readonly document: string };

/** Before the digest of a hash. No document's own version begins so. */
export const hashPrefix = "sha256:";

export async function getMachine(
  engine: Engine,
  { tenantId }: Caller,
  { name, version }: Pick<GetMachineRequest, "name" | "version">,
): Promise<FoundMachine> {
  const row = await read(engine.database, {}, (tx) => find(tx, tenantId, name, version));
  if (!row) throw new Refused(notFound("machine", version === "" ? name : `${name}@${version}`));
  return { machine: assembleMachine(row), document: row.document };
}

async function find(tx: ReadTransaction, tenantId: string, name: string, version: string) {
  if (version === "") return await readLatestMachine(tx, { tenantId, name });
  if (version.startsWith(hashPrefix)) return await readMachineByHash(tx, { tenantId, name, hash: version });
  return await readMachineByVersion(tx, { tenantId, name, version });
}
