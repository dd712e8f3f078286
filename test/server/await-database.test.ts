// The start beside a Postgres that is not up yet, not there, or not for this user: waited for within bounds, and
// reported in one line.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ledgerCheck } from "../../src/cli/ledger-check.ts";
import { createLog } from "../../src/log.ts";
import { DatabaseUnusable } from "../../src/server/await-database.ts";
import { readConfig } from "../../src/server/config.ts";
import { runServer } from "../../src/server/run-server.ts";
import { SchemaError } from "../../src/store/migrate.ts";
import { runCommand } from "../cli/terminal.ts";
import { createLogin, createTestDatabase, query } from "../helpers/database.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function onPort(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return url.href;
}

/** Passes everything on to the Postgres of the tests. */
async function forward(databaseUrl: string, port: number): Promise<Server> {
  const { hostname, port: target } = new URL(databaseUrl);
  const server = createServer((socket) => {
    const to = connect(Number(target), hostname);
    socket.on("error", () => to.destroy()).pipe(to);
    to.on("error", () => socket.destroy()).pipe(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function start(
  databaseUrl: string,
  onLine: (line: string) => void,
  more: { wait?: string; signal?: AbortSignal } = {},
) {
  const flags = { port: "0", "database-url": databaseUrl, "database-wait-ms": more.wait ?? "60000", hints: "false" };
  return runServer({
    config: readConfig({ environment: {}, flags }),
    log: createLog({ level: "info", write: onLine, now: () => new Date(0) }),
    environment: "test",
    makeDevTenant: false,
    onFatal: () => {},
    interrupted: more.signal,
  });
}

test("a server that is started before its Postgres waits for it, and says so once", async () => {
  const databaseUrl = await createTestDatabase();
  const port = await freePort();
  const lines: string[] = [];
  const waiting = Promise.withResolvers<void>();
  const starting = start(onPort(databaseUrl, port), (line) => {
    lines.push(line);
    if (line.includes("waiting for postgres")) waiting.resolve();
  });
  await waiting.promise;
  const proxy = await forward(databaseUrl, port);
  const server = await starting;
  await server.stop();
  proxy.close();
  expect(lines.filter((line) => line.includes("waiting for postgres"))).toHaveLength(1);
  expect(lines.filter((line) => line.includes("postgres answers"))).toHaveLength(1);
});

test("a server whose Postgres does not come ends with what it tried and what to do, without the password", async () => {
  const url = `postgres://ada:secret@127.0.0.1:${await freePort()}/tasks`;
  const failed = start(url, () => {}, { wait: "1200" });
  await expect(failed).rejects.toThrow(DatabaseUnusable);
  await expect(failed).rejects.toThrow(
    /^Postgres at 127\.0\.0\.1:\d+ \(database tasks, user ada\) does not answer in /,
  );
  await expect(failed).rejects.toThrow(/ \d attempts over 1 s: .*ECONNREFUSED.*Start it, or correct DATABASE_URL\.$/);
  await expect(failed).rejects.not.toThrow(/secret/);
});

test("a server that is told to stop while it waits does not wait any longer", async () => {
  const stopping = new AbortController();
  const url = `postgres://ada@127.0.0.1:${await freePort()}/tasks`;
  const failed = start(url, () => stopping.abort(), { wait: "3600000", signal: stopping.signal });
  await expect(failed).rejects.toThrow("does not answer");
});

test("a database that does not exist, or is closed to the user, is not waited for", async () => {
  const databaseUrl = await createTestDatabase();
  const nowhere = databaseUrl.replace(/\/[^/]*$/, "/nowhere");
  await expect(start(nowhere, () => {})).rejects.toThrow(
    /refuses the connection: database "nowhere" does not exist\. Correct DATABASE_URL\.$/,
  );
  const login = await createLogin();
  const empty = await createTestDatabase("empty");
  await query(empty, `revoke connect on database ${new URL(empty).pathname.slice(1)} from public`);
  await expect(start(login.urlOf(empty), () => {})).rejects.toThrow(/refuses the connection: permission denied/);
});

test("a role that may not create tables is told so", async () => {
  const login = await createLogin();
  const empty = await createTestDatabase("empty");
  const failed = start(login.urlOf(empty), () => {});
  await expect(failed).rejects.toThrow(SchemaError);
  await expect(failed).rejects.toThrow(
    /may not create its tables: permission denied for schema public; grant it CREATE/,
  );
});

test("the program ends with exit code 1 and one line on stderr, not with a stack", async () => {
  const environment = {
    PATH: process.env["PATH"],
    DATABASE_URL: `postgres://ada@127.0.0.1:${await freePort()}/tasks`,
    ASYNCGATE_DATABASE_WAIT_MS: "0",
    ASYNCGATE_LOG_LEVEL: "error",
  };
  for (const command of ["serve", "ledger-check"]) {
    const ended = promisify(execFile)(process.execPath, [main, command], { env: environment });
    await expect(ended).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^asyncgate: Postgres at 127\.0\.0\.1:\d+ [^\n]* does not answer: [^\n]*\n$/),
    });
  }
});

test("ledger-check refuses a database whose schema is newer or older than the program", async () => {
  const databaseUrl = await createTestDatabase();
  const check = () => runCommand(ledgerCheck, [], { DATABASE_URL: databaseUrl });
  expect(await check()).toMatchObject({ code: 0, printed: expect.stringContaining("0 differences") });
  await query(
    databaseUrl,
    "insert into schema_migration select max(version) + 1, 'x', 'x', now() from schema_migration",
  );
  await expect(check()).rejects.toThrow("the schema is newer than this program");
  await query(databaseUrl, "delete from schema_migration where version > 4");
  await expect(check()).rejects.toThrow("the schema is older than this program: migration 0005_administration.sql");
  await query(databaseUrl, "drop table schema_migration");
  await expect(check()).rejects.toThrow("the schema is older than this program: migration 0001_substrate.sql");
});
