// A server of ours on a fresh database with a process that puts load on it, for rows that look at nobody else.
import { type Helper, type Server, startHelper, startServer } from "./bench-processes.ts";
import type { LoadOrders } from "./helper-load.ts";
import type { Bench } from "./row.ts";

export type Serving = {
  readonly databaseUrl: string;
  readonly server: Server;
  readonly load: Helper<LoadOrders>;
};

export type ServingOptions = {
  /** Flags of the server. */
  readonly flags?: readonly string[];
  /** Stands between the server and its database. */
  readonly through?: (databaseUrl: string) => Promise<string>;
};

/** `load` is connected, as a tasker and as a worker. */
export async function serving<Answer>(
  bench: Bench,
  options: ServingOptions,
  work: (serving: Serving) => Promise<Answer>,
): Promise<Answer> {
  const databaseUrl = await bench.postgres.freshDatabase();
  const server = await startServer((await options.through?.(databaseUrl)) ?? databaseUrl, options.flags);
  const load = startHelper<LoadOrders>("./helper-load.ts");
  try {
    await load.ask("connect", { url: server.url, ...server.keys });
    return await work({ databaseUrl, server, load });
  } finally {
    await load.stop();
    await server.stop();
    await bench.postgres.dropDatabase(databaseUrl);
  }
}
