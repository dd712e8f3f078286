// `asyncgate ledger-check`: reads a database's whole ledger and says whether everything is as the receipts say.
import { checkLedger } from "../engine/check-ledger.ts";
import { startEmbeddedPostgres } from "../store/embedded-postgres.ts";
import { openDatabase } from "../store/pool.ts";
import type { Command } from "./command.ts";
import { createEngine } from "./run-server.ts";
import { renderTable } from "./table.ts";

const shownMax = 50;

export const ledgerCheck: Command = {
  usage: "ledger-check",
  about: "checks every receipt, state and obligation of a database against each other",
  takesServerFlags: true,
  async run({ readConfig, createLog, terminal }) {
    const config = readConfig();
    const log = createLog({ ...config, logLevel: "error" });
    const postgres =
      config.databaseUrl === undefined
        ? await startEmbeddedPostgres({
            dataDir: config.dataDir,
            log: (level, event, facts) => log[level](event, facts),
          })
        : undefined;
    const database = openDatabase({
      databaseUrl: config.databaseUrl ?? postgres?.databaseUrl ?? "",
      poolMax: 1,
      applicationName: "asyncgate ledger-check",
      log: (event, facts) => log.warn(event, facts),
    });
    try {
      const check = await checkLedger(createEngine(config, database, "check"));
      const { tenants, chains, receipts, differences } = check;
      terminal.print(`${tenants} tenants, ${chains} chains, ${receipts} receipts: ${differences.length} differences`);
      const rows = differences.slice(0, shownMax).map((one) => [one.tenantId, one.chainId, one.what]);
      if (rows.length > 0)
        for (const line of renderTable(["tenant", "chain", "difference"], rows)) terminal.print(line);
      return differences.length === 0 ? 0 : 1;
    } finally {
      await database.close();
      await postgres?.stop();
    }
  },
};
