// Probes of endpoints, which a tenant's operator has written: they go to the hosts of the server's setting, to
// addresses that were checked, and nowhere else.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createProbe, type ProbeOptions } from "../../src/server/agent-probe.ts";

async function listen(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function probe(url: string, options: Partial<ProbeOptions> = {}) {
  return createProbe({ hosts: ["painter.example", "*.farm.example"], allowPrivate: true, ...options })(url);
}

const here = { resolve: async () => ["127.0.0.1"] };

test("an endpoint answers with its status; its name goes along, and nothing else of ours", async () => {
  const seen: unknown[] = [];
  const port = await listen((request, answer) => {
    const { host, authorization, cookie } = request.headers;
    seen.push([request.method, request.url, host, authorization, cookie]);
    answer.writeHead(request.url === "/well" ? 200 : 503).end("a body that is not read");
  });
  const hosts = [`painter.example:${port}`];
  const ask = (path: string) => probe(`http://painter.example:${port}${path}`, { ...here, hosts });
  expect(await ask("/well")).toEqual({ status: 200, problem: "", isSkipped: false });
  expect(await ask("/ill")).toMatchObject({ status: 503 });
  expect(seen[0]).toEqual(["GET", "/well", `painter.example:${port}`, undefined, undefined]);
});

test("a redirect is an answer, and is not followed", async () => {
  let asked = 0;
  const port = await listen((_request, answer) => {
    asked += 1;
    answer.writeHead(302, { location: "http://169.254.169.254/" }).end();
  });
  const hosts = [`painter.example:${port}`];
  expect(await probe(`http://painter.example:${port}/`, { ...here, hosts })).toMatchObject({ status: 302 });
  expect(asked).toBe(1);
});

test.each([
  ["http://other.example/", true],
  ["http://painter.example:81/", true],
  ["http://farm.example/", true],
  ["http://evilfarm.example/", true],
  ["http://painter.example.evil/", true],
  ["http://painter.example./", false],
  ["https://PAINTER.example/", false],
  ["http://a.b.farm.example/", false],
])("of the hosts, %s is skipped: %s", async (url, isSkipped) => {
  const resolved: string[] = [];
  const resolve = async (host: string) => {
    resolved.push(host);
    return [];
  };
  expect(await probe(url, { resolve })).toMatchObject({ isSkipped, status: 0 });
  expect(resolved).toHaveLength(isSkipped ? 0 : 1);
});

test("with no hosts set, nothing is probed", async () => {
  expect(await probe("http://painter.example/", { hosts: [] })).toMatchObject({ isSkipped: true });
});

test("a host with a private address is not connected to; the address that was checked is used", async () => {
  let connections = 0;
  const port = await listen((_request, answer) => {
    connections += 1;
    answer.end();
  });
  const hosts = [`painter.example:${port}`, `127.0.0.1:${port}`, `[::ffff:7f00:1]:${port}`];
  const strict = { hosts, allowPrivate: false };
  for (const url of [`http://127.0.0.1:${port}/`, `http://0x7f.1:${port}/`, `http://[::ffff:127.0.0.1]:${port}/`]) {
    expect(await probe(url, strict)).toMatchObject({ status: 0, isSkipped: false });
  }
  const mixed = { ...strict, resolve: async () => ["8.8.8.8", "127.0.0.1"] };
  expect(await probe(`http://painter.example:${port}/`, mixed)).toMatchObject({
    problem: expect.stringContaining("may not be connected to"),
  });
  expect(connections).toBe(0);
  // A name that is another address at its next lookup: there is only one.
  let lookups = 0;
  const rebinding = {
    hosts,
    resolve: async () => {
      lookups += 1;
      return [lookups === 1 ? "127.0.0.1" : "169.254.169.254"];
    },
  };
  expect(await probe(`http://painter.example:${port}/`, rebinding)).toMatchObject({ status: 200 });
  expect([lookups, connections]).toEqual([1, 1]);
});

test("an endpoint that does not answer in time, refuses, or has no address, is told in a few words", async () => {
  const port = await listen(() => {});
  const hosts = [`painter.example:${port}`, "painter.example:1", "painter.example"];
  const slow = await probe(`http://painter.example:${port}/`, { ...here, hosts, timeoutMs: 50 });
  expect(slow).toEqual({ status: 0, problem: "did not answer within 50 ms", isSkipped: false });
  const unresolved = { hosts, timeoutMs: 50, resolve: () => new Promise<string[]>(() => {}) };
  expect(await probe("http://painter.example/", unresolved)).toMatchObject({ problem: "did not answer within 50 ms" });
  expect(await probe("http://painter.example:1/", { ...here, hosts })).toMatchObject({
    problem: "failed: ECONNREFUSED",
  });
  expect(await probe("http://painter.example/", { hosts, resolve: async () => [] })).toMatchObject({
    problem: "has no address",
  });
});
