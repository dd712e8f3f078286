// Which names a server answers to, and which pages: real requests, over both versions of HTTP.
import http from "node:http";
import { connect as connectHttp2, type OutgoingHttpHeaders } from "node:http2";
import { connect as connectTcp } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openMcp } from "../../mcp/open-mcp.ts";
import type { ServerWishes } from "../test-server.ts";

const versions = ["HTTP/1.1", "HTTP/2"] as const;
type Ask = (path: string, headers: OutgoingHttpHeaders, method?: string) => Promise<number>;

async function open(config: NonNullable<ServerWishes["config"]> = {}) {
  const { url, endpoint: door } = await openMcp(config);
  const ask: Record<(typeof versions)[number], Ask> = {
    "HTTP/1.1": (path, headers, method = "GET") =>
      new Promise((resolve, reject) => {
        const request = http.request(`${url}${path}`, {
          method,
          headers: headers as http.OutgoingHttpHeaders,
          agent: false,
        });
        request.once(
          "response",
          (response) => void response.resume().once("end", () => resolve(response.statusCode ?? 0)),
        );
        request.once("error", reject).end();
      }),
    "HTTP/2": async (path, { host, ...headers }, method = "GET") => {
      const session = connectHttp2(url);
      onTestFinished(() => session.destroy());
      const name =
        host === undefined || ":authority" in headers
          ? { ...(host !== undefined && { host }) }
          : { ":authority": host };
      const stream = session.request({ ":path": path, ":method": method, ...name, ...headers }).resume();
      stream.end();
      const status = await new Promise<number>((resolve, reject) => {
        stream.once("error", reject).once("response", (answer) => resolve(Number(answer[":status"])));
      });
      return status;
    },
  };
  return { ask, url, port: door.port, logged: door.logged };
}

/** What each path answers to a caller without a credential, when it does not refuse its name. */
const served = { "/v1/tasks": 401, "/mcp": 401, "/docs": 200, "/openapi.json": 200 } as const;

const own = ["127.0.0.1", "127.0.0.1:7171", "127.9.9.9", "localhost", "LOCALHOST:1", "localhost.", "localhost:"];
const ownAddresses = ["[::1]", "[::1]:7171", "[0:0:0:0:0:0:0:1]:7171"];
const foreign = [
  ...["evil.example", "evil.example:7171", "127.0.0.1.evil.example", "localhost.evil.example", "[::2]", "10.0.0.1"],
  "asyncgate.example",
];
/** Clients of HTTP/2 do not let these out. */
const malformed = [
  "localhost@evil.example",
  "evil.example@localhost",
  "localhost evil.example",
  "localhost,evil.example",
  "[localhost]",
  "evil.example/localhost",
  "localhost/",
];

test.each(versions)("%s: on loopback, only loopback's names are answered to", async (version) => {
  const { ask, logged } = await open();
  for (const [path, status] of Object.entries(served)) {
    for (const host of [...own, ...ownAddresses])
      expect([host, await ask[version](path, { host })]).toEqual([host, status]);
    for (const host of foreign) expect([host, await ask[version](path, { host })]).toEqual([host, 403]);
  }
  expect(await logged(({ reason }) => reason === "UNSUPPORTED")).toMatchObject({ message: "rpc" });
});

test("names that are none are refused", async () => {
  const { ask } = await open();
  for (const host of malformed) expect([host, await ask["HTTP/1.1"]("/v1/tasks", { host })]).toEqual([host, 403]);
});

test("HTTP/2: the name may come as Host, and if it comes twice, both must do", async () => {
  const { ask } = await open();
  const both = (authority: string, host: string) => ask["HTTP/2"]("/docs", { ":authority": authority, host });
  expect(await both("localhost", "127.0.0.1")).toBe(200);
  expect(await both("localhost", "evil.example")).toBe(403);
  expect(await both("evil.example", "localhost")).toBe(403);
});

test("a request without a name is refused, where names are checked", async () => {
  const withoutName = (port: number, head = "GET /docs HTTP/1.0") =>
    new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connectTcp(port, "127.0.0.1", () => socket.write(`${head}\r\n\r\n`));
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      socket.once("error", reject).once("close", () => resolve(text.split("\r\n")[0] ?? ""));
    });
  const { port } = await open();
  expect(await withoutName(port)).toBe("HTTP/1.1 403 Forbidden");
  expect(await withoutName(port, "GET /docs HTTP/1.1\r\nHost:\r\nConnection: close")).toBe("HTTP/1.1 403 Forbidden");
  expect(await withoutName((await open({ tlsByProxy: true })).port)).toBe("HTTP/1.1 200 OK");
});

test.each(versions)("%s: probes and RPCs are answered under every name", async (version) => {
  const { ask } = await open({ allowedHosts: ["asyncgate.example"] });
  const host = "10.1.2.3:7171"; // as a kubelet or a load balancer asks
  for (const path of ["/healthz", "/readyz", "/metrics"]) expect(await ask[version](path, { host })).toBe(200);
  const type = { "content-type": "application/json" };
  expect(await ask[version]("/grpc.health.v1.Health/Check", { host, ...type, "content-length": 0 }, "POST")).not.toBe(
    403,
  );
});

test.each([
  ["on the network", { host: "0.0.0.0" }],
  ["behind a proxy", { tlsByProxy: true }],
] as const)("%s, every name is answered to until one is configured", async (_where, config) => {
  const open1 = await open(config);
  expect(await open1.ask["HTTP/1.1"]("/docs", { host: "any.example" })).toBe(200);
  const { ask } = await open({
    ...config,
    publicUrl: "https://asyncgate.example",
    allowedHosts: ["Gate.internal", "10.0.0.7", "[fd00::0:1]"],
  });
  for (const version of versions) {
    const names = ["AsyncGate.example", "asyncgate.example:8443", "gate.internal.", "10.0.0.7", "[FD00::1]:7171"];
    for (const host of [...names, "localhost"])
      expect([host, await ask[version]("/docs", { host })]).toEqual([host, 200]);
    for (const host of ["any.example", "gate.internal.evil.example", "10.0.0.8"]) {
      expect([host, await ask[version]("/docs", { host })]).toEqual([host, 403]);
    }
  }
});

test.each(versions)("%s: a page may call the server that it came from, and no other", async (version) => {
  const { ask, url, port } = await open({ publicUrl: "https://asyncgate.example" });
  const call = (host: string, origin: string) => ask[version]("/v1/tasks", { host, origin });
  const host = `127.0.0.1:${port}`;
  for (const origin of [url, "https://asyncgate.example"])
    expect([origin, await call(host, origin)]).toEqual([origin, 401]);
  expect(await call("asyncgate.example:443", "https://asyncgate.example")).toBe(401);
  expect(await call("LOCALHOST", "http://localhost")).toBe(401);
  const others = [
    `http://127.0.0.1:${port + 1}`,
    "http://127.0.0.1",
    "http://asyncgate.example",
    "https://evil.example",
    "null",
  ];
  for (const origin of others) expect([origin, await call(host, origin)]).toEqual([origin, 403]);
  expect(await ask[version]("/docs", { host, "sec-fetch-site": "cross-site" })).toBe(200); // a link to it is no call
});
