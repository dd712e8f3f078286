// `asyncgate scheduler`: a scheduler as a process of its own, for servers that run none inside. Any number may run.
import { hostname } from "node:os";
import { createClient } from "../../clients/typescript/src/create-client.ts";
import { runScheduler, type SchedulerEvent } from "../scheduler/worker/run-scheduler.ts";
import { CallFailed, type Command, type Context, UsageError } from "./command.ts";
import { readDevKeys } from "./serve.ts";
import { keyFrom, urlFrom } from "./target.ts";

export const scheduler: Command = {
  usage: "scheduler",
  about: "carries out the schedules of the tenant of ASYNCGATE_API_KEY, whose role is scheduler",
  takesServerFlags: false,
  async run(context) {
    if (context.arguments.length > 0) throw new UsageError("scheduler takes no arguments");
    const { terminal, environment } = context;
    const config = context.readConfig();
    const endpoint = urlFrom(environment) ?? `http://${config.host}:${config.port}`;
    const key = keyFrom(environment) ?? (await operatorKey(config.dataDir));
    if (!key) throw new UsageError("there is no key: set ASYNCGATE_API_KEY to one with the role scheduler");
    const client = createClient({ endpoint, key });
    const running = runScheduler({
      client,
      instance: `${hostname()}:${process.pid}`,
      onEvent: (event) => tell(context, event),
    });
    terminal.say(`asyncgate scheduler: carries out schedules of ${endpoint}`);
    try {
      const failure = await Promise.race([running.failed, interrupted(terminal.interrupted)]);
      if (failure) throw new CallFailed(`${failure.message} ${failure.advice}`, { cause: failure });
      return 0;
    } finally {
      await running.stop();
      client.close();
    }
  },
};

function tell({ terminal }: Context, event: SchedulerEvent): void {
  if (event.type === "failed") terminal.say(`task ${event.taskId} is tried again: ${event.error.message}`);
  if (event.type === "disconnected") terminal.say(`no schedules can be taken: ${event.error.message}`);
}

function interrupted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

/** In development, an operator may do what a scheduler does. */
async function operatorKey(dataDir: string): Promise<string | undefined> {
  return (await readDevKeys(dataDir)).find(({ name }) => name === "operator")?.key;
}
