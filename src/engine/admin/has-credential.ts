// Whether anybody can come in with a key at all: a server that nobody can call has no reason to be seen by the world.
import { findLiveKey } from "../../store/api_key.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";

export async function hasCredential(engine: Engine): Promise<boolean> {
  return await read(engine.database, {}, async (tx) => (await findLiveKey(tx, { now: await tx.now })) !== undefined);
}
