// The server of a demo: quiet, on a free port so that it does not interfere with a running one, and with all that it
// keeps in a folder that is removed at the end.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, runServer } from "../../server/run-server.ts";
import { readNothing } from "../arguments.ts";
import type { Context } from "../command.ts";

/** `settings` are flags of the server beside those that every demo has. */
export async function withDemoServer(
  context: Context,
  show: (server: RunningServer, folder: string) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): Promise<number> {
  readNothing(context.arguments);
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-demo-"));
  try {
    // Programs of the demo may run as other users, who pass through.
    await chmod(folder, 0o711);
    const quiet = { "data-dir": join(folder, "data"), port: "0", "log-level": "error", "database-url": "" };
    const config = context.readConfig({ ...quiet, ...settings });
    const log = context.createLog(config);
    context.terminal.say("Starting a server on an embedded Postgres …");
    const onFatal = () => process.exit(1);
    const server = await runServer({ config, log, environment: "demo", makeDevTenant: true, onFatal });
    try {
      await show(server, folder);
      return 0;
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
