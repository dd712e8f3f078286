// `asyncgate serve` as several processes behind one port: the primary process, and the command with which it starts the
// others.
import cluster from "node:cluster";
import type { Config } from "../server/config.ts";
import { joinPrimary } from "../server/processes/member.ts";
import { runProcesses } from "../server/processes/primary.ts";
import { monotonicMs, runServer, startPostgres } from "../server/run-server.ts";
import { type Command, type Context, serverProcessName, UsageError } from "./command.ts";

export const stoppingMessage = "asyncgate: stopping; calls in progress may finish";

export function untilInterrupted(interrupted: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    if (interrupted.aborted) resolve(0);
    interrupted.addEventListener("abort", () => resolve(0), { once: true });
  });
}

export async function runSeveral(context: Context, config: Config, count: number): Promise<number> {
  const { terminal } = context;
  const log = context.createLog(config);
  const fatal = Promise.withResolvers<number>();
  const { failed, stop } = await runProcesses({
    config,
    count,
    args: [serverProcessName, ...context.arguments],
    log,
    startPostgres: () => startPostgres({ config, log, onFatal: () => fatal.resolve(1) }),
    interrupted: terminal.interrupted,
    monotonicMs,
  });
  try {
    return failed ?? (await Promise.race([untilInterrupted(terminal.interrupted), fatal.promise]));
  } finally {
    if (failed === undefined) terminal.say(stoppingMessage);
    await stop();
  }
}

/** A command of its own, so that a list of processes tells which is which. */
export const serverProcess: Command = {
  usage: serverProcessName,
  about: "is one process of several of `serve`, which starts it",
  takesServerFlags: true,
  isInternal: true,
  async run(context) {
    const { worker } = cluster;
    if (!worker) throw new UsageError("`asyncgate serve --processes` starts its processes by itself");
    const primary = await joinPrimary(worker);
    try {
      const { process, databaseUrl, poolMax } = primary.start;
      const parts = { "database-url": databaseUrl, "pool-max": String(poolMax), processes: "1" };
      const config = context.readConfig(parts);
      const interrupted = AbortSignal.any([context.terminal.interrupted, primary.stopRequested]);
      const server = await runServer({
        config,
        log: context.createLog(config, { process }),
        environment: "production",
        makeDevTenant: false,
        onFatal: () => {}, // it has no Postgres of its own
        interrupted,
        others: primary,
        variables: context.environment,
      });
      primary.serving();
      await untilInterrupted(interrupted);
      primary.leaving();
      await server.stop();
      return 0;
    } finally {
      primary.leave();
    }
  },
};
