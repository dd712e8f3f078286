// `asyncgate serve` and `asyncgate dev`: a server that runs until it is stopped.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isLoopback } from "../core/loopback.ts";
import type { Config } from "../server/config.ts";
import { processesOf } from "../server/processes/primary.ts";
import { type RunningServer, runServer } from "../server/run-server.ts";
import { settings } from "../server/settings.ts";
import type { Command, Context, Terminal } from "./command.ts";
import { UsageError } from "./command.ts";
import { devKeysFileName, keepDevKeys, keepDevUrl } from "./dev-files.ts";
import { runSeveral, stoppingMessage, untilInterrupted } from "./serve-processes.ts";

export const serve: Command = {
  usage: "serve",
  about: "runs a server; its tenants and keys are in its database",
  takesServerFlags: true,
  async run(context) {
    const config = context.readConfig();
    const count = processesOf(config, availableParallelism());
    return count === 1 ? await runUntilStopped(context, config, false) : await runSeveral(context, config, count);
  },
};

export const dev: Command = {
  usage: "dev",
  about: "runs a server for development: embedded Postgres, a tenant `dev` with keys, loopback only",
  takesServerFlags: true,
  async run(context) {
    const config = context.readConfig();
    if (config.processes > 1) throw new UsageError("dev is one process; use serve for several");
    return await runUntilStopped(context, config, true);
  },
};

async function runUntilStopped(context: Context, config: Config, isDev: boolean): Promise<number> {
  const { terminal } = context;
  if (isDev && !isLoopback(config.host)) {
    throw new UsageError("dev prints its keys, so it listens on loopback only; use serve elsewhere");
  }
  const log = context.createLog(config);
  const failed = Promise.withResolvers<number>();
  const server = await runServer({
    config,
    log,
    environment: isDev ? "dev" : "production",
    makeDevTenant: isDev,
    keepDevKeys: (keys) => keepDevKeys(config.dataDir, keys),
    onFatal: () => failed.resolve(1),
    interrupted: terminal.interrupted,
    variables: context.environment,
  });
  try {
    if (isDev) await welcome(terminal, config.dataDir, server);
    return await Promise.race([untilInterrupted(terminal.interrupted), failed.promise]);
  } finally {
    terminal.say(stoppingMessage);
    await server.stop();
  }
}

async function welcome(terminal: Terminal, dataDir: string, server: RunningServer): Promise<void> {
  const url = `http://${server.address}:${server.port}`;
  await keepDevUrl(dataDir, url);
  const database = server.postgres ? `Postgres ${server.postgres.version} in ${dataDir}` : "your Postgres";
  const { say } = terminal;
  say("");
  say(`AsyncGate listens on ${url} (gRPC, Connect and gRPC-Web on this one port), with ${database}.`);
  say("");
  if (server.devKeys.length > 0) {
    say("Keys of the tenant `dev`, shown only once and kept in the data directory:");
    for (const { name, principal, key } of server.devKeys) say(`  ${name.padEnd(9)} ${principal.padEnd(19)} ${key}`);
  } else {
    say(`The keys of the tenant \`dev\` are in ${join(dataDir, devKeysFileName)}.`);
  }
  say("");
  const dirFlag = dataDir === settings.dataDir.default ? "" : ` --data-dir ${dataDir}`;
  say("Try in another terminal:");
  say(`  export ASYNCGATE_URL=${url}`);
  say(`  export ASYNCGATE_API_KEY=$(bin/asyncgate key tasker${dirFlag})`);
  say(`  bin/asyncgate task create greet '{"name": "Ada"}'`);
  say("  bin/asyncgate obligations");
  say(`  ASYNCGATE_API_KEY=$(bin/asyncgate key worker${dirFlag}) bin/asyncgate worker run --type greet -- cat`);
  say("");
}
