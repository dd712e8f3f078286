// `asyncgate ledger-check`: reads the whole ledger of a database and compares it with the states of its tasks.
import { checkLedger } from "../engine/maintenance/check-ledger.ts";
import { engineFromConfig } from "../server/engine-from-config.ts";
import { openOwnDatabase } from "../server/own-database.ts";
import { checkSchema } from "../store/migrate.ts";
import type { Command } from "./command.ts";
import { renderTable } from "./table.ts";

const shownMax = 50;

export const ledgerCheck: Command = {
  usage: "ledger-check",
  about: "compares every receipt, state and obligation of a database with each other",
  takesServerFlags: true,
  async run({ readConfig, createLog, terminal }) {
    const config = readConfig();
    const log = createLog({ ...config, logLevel: "error" });
    const { database, close } = await openOwnDatabase(config, log, "asyncgate ledger-check");
    try {
      await checkSchema(database);
      const check = await checkLedger(engineFromConfig(config, database, "check"));
      const { tenants, chains, receipts, differences } = check;
      terminal.print(`${tenants} tenants, ${chains} chains, ${receipts} receipts: ${differences.length} differences`);
      const rows = differences.slice(0, shownMax).map((one) => [one.tenantId, one.chainId, one.what]);
      if (rows.length > 0)
        for (const line of renderTable(["tenant", "chain", "difference"], rows)) terminal.print(line);
      return differences.length === 0 ? 0 : 1;
    } finally {
      await close();
    }
  },
};
