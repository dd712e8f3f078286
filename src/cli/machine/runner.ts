// `asyncgate machine runner`: executes the machines of a tenant, with a key of the role `executor`, until it is
// stopped. Any number of them may run beside each other: each step is one lease, and they share nothing else.
import { startRunner } from "../../machines/runner/start-runner.ts";
import { version } from "../../version.ts";
import { type Command, UsageError } from "../command.ts";
import { readDevKeys } from "../dev-files.ts";
import { untilInterrupted } from "../serve-processes.ts";
import { keyFrom, urlFrom } from "../target.ts";
import { checkRules } from "./document.ts";

export const machineRunner: Command = {
  usage: "machine runner",
  about: "executes machines for a server, with a key of the role executor",
  takesServerFlags: false,
  async run({ arguments: args, environment, terminal, readConfig, createLog }) {
    if (args.length > 0) throw new UsageError("machine runner takes no arguments");
    const config = readConfig();
    const endpoint = urlFrom(environment) ?? `http://${config.host}:${config.port}`;
    const devKeys = await readDevKeys(config.dataDir);
    const key = keyFrom(environment) ?? devKeys.find(({ name }) => name === "executor")?.key;
    if (!key) throw new UsageError("there is no key: set ASYNCGATE_API_KEY to one with the role executor");
    const log = createLog(config);
    const runner = startRunner({
      endpoint,
      key,
      checkRules,
      version,
      onEvent(event) {
        if (event.type === "connected") log.info("machines are executed", { endpoint: event.endpoint });
        else if (event.type === "thrown") log.warn("an execution is tried again", { error: String(event.error) });
      },
    });
    try {
      await Promise.race([untilInterrupted(terminal.interrupted), runner.finished]);
      return 0;
    } finally {
      await runner.stop();
    }
  },
};
