// What the store relies on in `pg` beyond what `pg` documents. After an upgrade of `pg`, a test that fails here says
// what has changed; src/store/driver-errors.ts and src/store/transaction.ts use it.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { classifyDriverError } from "../../src/store/driver-errors.ts";
import { openTestDatabase } from "../helpers/database.ts";

/** A URL at which something other than Postgres listens. */
async function listen(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    onSocket(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `postgresql://ada@127.0.0.1:${(server.address() as AddressInfo).port}/nothing`;
}

const silent = () => listen(() => {});

async function connected(more: pg.ClientConfig = {}): Promise<pg.Client> {
  const { databaseUrl } = await openTestDatabase();
  const client = new pg.Client({ connectionString: databaseUrl, ...more });
  client.on("error", () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

const failures: Readonly<Record<string, () => Promise<unknown>>> = {
  async "Connection terminated unexpectedly"() {
    return new pg.Client({ connectionString: await listen((socket) => socket.end()) }).connect();
  },
  async "Connection terminated"() {
    const client = await connected();
    const unanswered = client.query("select 1");
    void client.end();
    return unanswered;
  },
  async "timeout expired"() {
    return new pg.Client({ connectionString: await silent(), connectionTimeoutMillis: 1 }).connect();
  },
  async "Connection terminated due to connection timeout"() {
    return new pg.Pool({ connectionString: await silent(), connectionTimeoutMillis: 1 }).connect();
  },
  async "timeout exceeded when trying to connect"() {
    const pool = new pg.Pool({ connectionString: await silent(), connectionTimeoutMillis: 1, max: 1 });
    const first = pool.connect().catch(() => undefined);
    return await Promise.all([pool.connect(), first]);
  },
  async "Client was closed"() {
    const client = await connected();
    await client.end();
    return client.query("select 1");
  },
  async "Client has encountered a connection error"() {
    const client = await connected();
    const told = new Promise((resolve) => client.once("error", resolve));
    client.connection.stream.destroy(new Error("broken"));
    await told;
    return client.query("select 1");
  },
  async "Cannot use a pool after calling end"() {
    const pool = new pg.Pool({ connectionString: await silent() });
    await pool.end();
    return pool.connect();
  },
};

describe("pg", () => {
  test.each(Object.entries(failures))("says %j, without a code, when it has no connection", async (message, fail) => {
    const error = await fail().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(error).not.toHaveProperty("code");
    expect(classifyDriverError(error)).toEqual({ kind: "unavailable", outcomeUnknown: false });
  });

  test("sends each statement at once with `pipeline`, on a stream that can be corked", async () => {
    const client = await connected({ pipeline: true });
    const { stream } = client.connection;
    stream.cork();
    const one = client.query("select 1 as n");
    const oneBytes = stream.writableLength;
    const two = client.query("select 2 as n");
    expect(oneBytes).toBeGreaterThan(0);
    expect(stream.writableLength).toBeGreaterThan(oneBytes);
    stream.uncork();
    expect((await Promise.all([one, two])).map(({ rows }) => rows)).toEqual([[{ n: 1 }], [{ n: 2 }]]);
  });

  test("breaks what is in flight when the stream of its connection is destroyed", async () => {
    const client = await connected();
    const unanswered = client.query("select 1");
    client.connection.stream.destroy();
    await expect(unanswered).rejects.toThrow("Connection terminated unexpectedly");
  });
});
