// `asyncgate serve` with several processes behind one port, as users start it, and connections of which a test knows
// the process that serves them.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { expect, onTestFinished } from "vitest";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { bindEngine } from "../../src/engine/index.ts";
import { readConfig } from "../../src/server/config.ts";
import { engineFromConfig } from "../../src/server/engine-from-config.ts";
import { monotonicMs } from "../../src/server/run-server.ts";
import { createTestDatabase, openTestDatabase } from "../helpers/database.ts";
import { stop } from "./dev-server.ts";

export type Line = Readonly<Record<string, unknown>> & { readonly message: string };

export type Program = {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly lines: () => Line[];
  /** The `nth` line, from 1 on, that has these fields, as soon as it is there. */
  line(fields: Readonly<Record<string, unknown>>, nth?: number): Promise<Line>;
  readonly exited: Promise<number | null>;
};

export function startServe(flags: readonly string[]): Program {
  const child = spawn(process.execPath, ["src/main.ts", "serve", "--port", "0", ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => stop(child, "SIGTERM"));
  let said = "";
  const waiting: (() => void)[] = [];
  const check = () => {
    for (const again of waiting.splice(0)) again();
  };
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    check();
  });
  const exited = once(child, "close").then(([code]) => code as number | null);
  void exited.then(check);
  const lines = () =>
    said
      .slice(0, said.lastIndexOf("\n") + 1)
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));
  return {
    child,
    said: () => said,
    lines,
    exited,
    async line(fields, nth = 1) {
      for (;;) {
        const wanted = Object.entries(fields);
        const found = lines().filter((line) => wanted.every(([name, value]) => line[name] === value))[nth - 1];
        if (found) return found;
        if (child.exitCode !== null) throw new Error(`ended without ${JSON.stringify(fields)}:\n${said}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

/** Once all processes serve. */
export async function urlOf({ line }: Program): Promise<string> {
  const listening = [];
  for (let process = 1; process <= several; process += 1) {
    listening.push(await line({ message: "server listening", process }));
  }
  return `http://127.0.0.1:${listening[0]?.["port"]}`;
}

export type Connection = {
  readonly transport: Transport;
  /** The process that serves it. */
  readonly process: number;
};

export type Several = Program & {
  readonly databaseUrl: string;
  readonly url: string;
  readonly keys: Readonly<Record<string, string>>;
  /** The process id of its primary and of each server process, as they are now. */
  pidOf(process: number): number;
  /** A new connection; one at a time. */
  connect(): Promise<Connection>;
  /** New connections until one is served by this process. */
  connectTo(process: number): Promise<Connection>;
};

export const several = 2;

export async function startSeveral(flags: readonly string[] = []): Promise<Several> {
  const databaseUrl = await createTestDatabase();
  const keys = await makeKeys(databaseUrl);
  const program = startServe(["--processes", String(several), "--database-url", databaseUrl, ...flags]);
  const url = await urlOf(program);
  const connect = async (): Promise<Connection> => {
    const transport = openTransport(url);
    const served = { message: "rpc", method: "asyncgate.v1.SystemService/GetServerInfo" };
    const before = program.lines().filter(({ method }) => method === served.method).length;
    await createClient(SystemService, transport).getServerInfo({}, bearer(keys["tasker"]));
    const line = await program.line(served, before + 1);
    return { transport, process: Number(line["process"]) };
  };
  return {
    ...program,
    databaseUrl,
    url,
    keys,
    connect,
    pidOf: (process) =>
      Number(
        program.lines().findLast((line) => line.message === "process started" && line["process"] === process)?.["pid"],
      ),
    async connectTo(process) {
      for (let tries = 0; tries < 10 * several; tries += 1) {
        const connection = await connect();
        if (connection.process === process) return connection;
      }
      throw new Error(`no connection came to process ${process}`);
    },
  };
}

/** On a connection of its own, which ends with the test. */
export function openTransport(url: string): Transport {
  const sessionManager = new Http2SessionManager(url);
  onTestFinished(() => sessionManager.abort());
  return createGrpcTransport({ baseUrl: url, sessionManager });
}

async function makeKeys(databaseUrl: string): Promise<Record<string, string>> {
  const database = await openTestDatabase({ databaseUrl });
  const engine = engineFromConfig(readConfig({ environment: {} }), database, "test");
  const operations = bindEngine(engine, monotonicMs);
  await operations.makePartitions();
  const keys = await operations.makeDevTenant();
  expect(keys).not.toEqual([]);
  return Object.fromEntries(keys.map(({ name, key }) => [name, key]));
}

export function bearer(key: string | undefined) {
  return { headers: { authorization: `Bearer ${key}` } };
}
