// `asyncgate admin … --offline`: calls of AdminService on the database itself, without a server.
import type { DescMethod, JsonValue } from "@bufbuild/protobuf";
import { bindEngine } from "../engine/index.ts";
import { createLocalAdmin } from "../rpc/services/local-admin.ts";
import { engineFromConfig } from "../server/engine-from-config.ts";
import { openOwnDatabase } from "../server/own-database.ts";
import { monotonicMs, newCallId } from "../server/run-server.ts";
import { migrate } from "../store/migrate.ts";
import { callBy, type Send } from "./call.ts";
import { CallFailed, type Context } from "./command.ts";
import { describe } from "./streams.ts";

export type Call = (method: DescMethod, request: JsonValue) => Promise<JsonValue>;

/** Opens the database, brings it to this version, and closes it when the work is done. */
export async function withOwnDatabase<T>(
  context: Context,
  overrides: Readonly<Record<string, string>>,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  const config = context.readConfig(overrides);
  const log = context.createLog({ ...config, logLevel: "error" });
  const { database, close } = await openOwnDatabase(config, log, "asyncgate admin");
  try {
    await migrate(database);
    const operations = bindEngine(engineFromConfig(config, database, "production"), monotonicMs);
    const { messageBytesMax } = config;
    const transport = createLocalAdmin({ operations, log, messageBytesMax, newId: newCallId });
    const send: Send = async (method, message) => {
      const unary = method as DescMethod & { methodKind: "unary" };
      const { interrupted } = context.terminal;
      const sent = transport.unary(unary, interrupted, undefined, undefined, message as never);
      const { message: answer } = await sent.catch((error: unknown) => {
        throw new CallFailed(describe(error), { cause: error });
      });
      return answer;
    };
    return await work((method, request) => callBy(send, method, request));
  } finally {
    await close();
  }
}
