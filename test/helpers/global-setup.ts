// Once a run: starts (or finds) Postgres and creates the migrated template from which each test's database is cloned.
import type { TestProject } from "vitest/node";
import { administrate, createMigratedDatabase, startScratchPostgres } from "../../src/postgres/scratch-postgres.ts";
import { openDatabase } from "../../src/store/pool.ts";
import { makeWeeks } from "../../src/store/weeks.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly adminUrl: string;
    readonly templateName: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { seed, runs } = project.config.provide;
  process.stderr.write(`tests: SEED=${seed} RUNS=${runs}\n`);
  const postgres = await startScratchPostgres();
  const templateName = `asyncgate_template_${process.pid}`;
  try {
    await prepare(await createMigratedDatabase(postgres.adminUrl, templateName));
    // Postgres cannot clone a template that has connections.
    await administrate(postgres.adminUrl, `alter database ${templateName} with allow_connections false`);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  project.provide("adminUrl", postgres.adminUrl);
  project.provide("templateName", templateName);
  return async () => {
    await administrate(postgres.adminUrl, `drop database if exists ${templateName}`);
    await postgres.stop();
  };
}

/** Makes the weeks that each test's engine would make: it takes as long as cloning three databases. */
async function prepare(databaseUrl: string): Promise<void> {
  const database = openDatabase({ databaseUrl, poolMax: 1, applicationName: "asyncgate-test", log: () => undefined });
  await makeWeeks(database);
  await database.close();
}
