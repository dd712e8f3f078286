// A server on a fresh database and a process that loads it, for rows that measure only our server.
import { type Helper, type Server, startHelper, startServer } from "./bench-processes.ts";
import type { LoadOrders } from "./helper-load.ts";
import type { Bench } from "./row.ts";

export type Serving = {
  readonly databaseUrl: string;
  readonly server: Server;
  readonly load: Helper<LoadOrders>;
};

export type ServingOptions = {
  /** Flags for the server. */
  readonly flags?: readonly string[];
  /** Puts a proxy between the server and its database. */
  readonly through?: (databaseUrl: string) => Promise<string>;
};

/** `load` is connected as a tasker and as a worker. */
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
