// The database of a command that works without a server: the configured one, or the embedded one of the data directory,
// which no server may use meanwhile.

import type { Log } from "../log.ts";
import { startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { type Database, openDatabase } from "../store/pool.ts";
import { awaitDatabase } from "./await-database.ts";
import type { Config } from "./config.ts";

export type OwnDatabase = { readonly database: Database; readonly close: () => Promise<void> };

export async function openOwnDatabase(config: Config, log: Log, applicationName: string): Promise<OwnDatabase> {
  const { dataDir } = config;
  const postgres =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir, log: (level, event, facts) => log[level](event, facts) })
      : undefined;
  const databaseUrl = config.databaseUrl ?? postgres?.databaseUrl ?? "";
  const database = openDatabase({
    databaseUrl,
    poolMax: 1,
    applicationName,
    log: (event, facts) => log.warn(event, facts),
  });
  const close = async () => {
    await database.close();
    await postgres?.stop();
  };
  try {
    await awaitDatabase(database, { databaseUrl, waitMaxMs: 0, log, monotonicMs: () => performance.now() });
    return { database, close };
  } catch (error) {
    await close();
    throw error;
  }
}
