// `asyncgate migrate`: brings the schema of a database to this version, for those who do it before the servers start.
import { openOwnDatabase } from "../server/own-database.ts";
import { migrate as migrateDatabase } from "../store/migrate.ts";
import type { Command } from "./command.ts";

export const migrate: Command = {
  usage: "migrate",
  about: "brings the schema of the database to this version; servers do the same when they start",
  takesServerFlags: true,
  async run(context) {
    const config = context.readConfig();
    const log = context.createLog({ ...config, logLevel: "error" });
    const { database, close } = await openOwnDatabase(config, log, "asyncgate migrate");
    try {
      const applied = await migrateDatabase(database);
      for (const name of applied) context.terminal.print(name);
      context.terminal.say(applied.length === 0 ? "the schema is up to date" : `${applied.length} migrations applied`);
      return 0;
    } finally {
      await close();
    }
  },
};
