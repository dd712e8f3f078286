// Counts the queries that go to a Postgres: a proxy that forwards all bytes and reads the kind of each message. The
// role of the embedded Postgres may not use pg_stat_statements.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type QueryCounter = {
  readonly databaseUrl: string;
  /** Simple queries and executions of prepared statements so far. */
  queries(): number;
  close(): Promise<void>;
};

/** A message begins with its kind and its length, which counts itself but not the kind. */
const kindBytes = 1;
const lengthBytes = 4;
const simpleQuery = "Q".charCodeAt(0);
const execute = "E".charCodeAt(0);

export async function countQueries(databaseUrl: string): Promise<QueryCounter> {
  const target = new URL(databaseUrl);
  /** The folder of the socket file, if the embedded Postgres listens on one. */
  const socketFolder = target.searchParams.get("host");
  const sockets = new Set<Socket>();
  let queries = 0;
  const server = createServer((client) => {
    const upstream = socketFolder
      ? connect(`${socketFolder}/.s.PGSQL.${target.port}`)
      : connect(Number(target.port), target.hostname);
    const count = countMessages((kind) => {
      if (kind === simpleQuery || kind === execute) queries += 1;
    });
    client.on("data", count);
    client.pipe(upstream).pipe(client);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.once("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const through = new URL(databaseUrl);
  through.searchParams.delete("host");
  through.hostname = "127.0.0.1";
  through.port = String((server.address() as AddressInfo).port);
  return {
    databaseUrl: through.href,
    queries: () => queries,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The first message of a connection has no kind. */
function countMessages(onMessage: (kind: number) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const head = (isFirst ? 0 : kindBytes) + lengthBytes;
      if (rest.length < head) return;
      const length = rest.readUInt32BE(head - lengthBytes) + head - lengthBytes;
      if (rest.length < length) return;
      if (!isFirst) onMessage(rest[0] ?? 0);
      isFirst = false;
      rest = rest.subarray(length);
    }
  };
}
