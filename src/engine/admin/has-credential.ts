// Whether there is a valid key at all: a server that no caller can use has no reason to be reachable from outside.
import { findLiveKey } from "../../store/api_key.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";

export async function hasCredential(engine: Engine): Promise<boolean> {
  return await read(engine.database, {}, async (tx) => (await findLiveKey(tx, { now: await tx.now })) !== undefined);
}
