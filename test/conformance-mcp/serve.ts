// The server under check: the product, with its own Postgres, admission and keys. Its bridge has the fixtures beside
// the tools of the contract. The conformance program cannot send a header, so a proxy adds the key to its requests.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createWorker, NonRetryable } from "../../clients/typescript/src/index.ts";
import { createLog } from "../../src/log.ts";
import { createMcpAnswer } from "../../src/mcp/http.ts";
import { readConfig } from "../../src/server/config.ts";
import { runServer } from "../../src/server/run-server.ts";
import { fixtureCatalog } from "./fixture-catalog.ts";

export type Served = {
  readonly url: string;
  /** By the name of the role. */
  readonly keyOf: (name: string) => string;
  stop(): Promise<void>;
};

const msPerSecond = 1_000;

/** `fixtures`: whether the bridge has them, or is as users have it. */
export async function serve(fixtures: boolean): Promise<Served> {
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-conformance-"));
  const config = readConfig({
    environment: {},
    flags: { "data-dir": dataDir, port: "0", "log-level": "error", "database-url": "" },
  });
  const log = createLog({
    level: config.logLevel,
    write: (line) => process.stderr.write(`${line}\n`),
    now: () => new Date(),
  });
  const server = await runServer({
    config,
    log,
    environment: "conformance",
    makeDevTenant: true,
    onFatal: () => process.exit(1),
    ...(fixtures && { mcp: async () => createMcpAnswer(fixtureCatalog) }),
  });
  return {
    url: `http://${server.address}:${server.port}`,
    keyOf: (name) => server.devKeys.find((key) => key.name === name)?.key ?? "",
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Does the work of the fixtures that hand over tasks. */
export function startWorker({ url, keyOf }: Served) {
  const worker = createWorker({
    endpoint: url,
    key: keyOf("worker"),
    queues: ["conformance"],
    handlers: {
      async slow_compute({ seconds, label }: { seconds: number; label: string }, { signal }) {
        await wait(seconds * msPerSecond, undefined, { signal });
        return { label };
      },
      failing_job() {
        throw new NonRetryable("The job failed, as it should.");
      },
    },
  });
  void worker.run();
  return worker;
}

export async function startProxy(target: string, key: string): Promise<{ readonly url: string; stop(): void }> {
  const proxy = createServer((incoming, outgoing) => {
    const { method = "GET", url = "/", headers } = incoming;
    const forwarded = request(new URL(url, target), {
      method,
      headers: { ...headers, authorization: `Bearer ${key}` },
    });
    forwarded.once("response", (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    outgoing.once("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => proxy.once("listening", resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    stop() {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}
