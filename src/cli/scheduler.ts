// `asyncgate scheduler`: a scheduler as a process of its own, for servers that run none inside. Any number may run.
import { hostname } from "node:os";
import { createClient } from "../../clients/typescript/src/create-client.ts";
import { checkRules } from "../rpc/rules/check-rules.ts";
import { runScheduler, type SchedulerEvent } from "../scheduler/worker/run-scheduler.ts";
import { CallFailed, type Command, type Context, UsageError } from "./command.ts";
import { serverFor } from "./target.ts";

export const scheduler: Command = {
  usage: "scheduler",
  about: "carries out the schedules of the tenant of ASYNCGATE_API_KEY, whose role is scheduler",
  takesServerFlags: false,
  async run(context) {
    if (context.arguments.length > 0) throw new UsageError("scheduler takes no arguments");
    const { terminal } = context;
    // In development, an operator may do what a scheduler does.
    const { url: endpoint, key } = await serverFor(context, "operator");
    const client = createClient({ endpoint, key });
    const running = runScheduler({
      client,
      checkRules,
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
