// How an MCP host learns where to get a token: the document of RFC 9728 and the challenge that points to it, and the
// whole OAuth flow that real clients make of them, up to a call.
import { createServer } from "node:http";
import { connect } from "node:http2";
import type { AddressInfo } from "node:net";
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
  type OAuthClientProvider,
} from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { createLog } from "../../src/log.ts";
import { createTokenJudge } from "../../src/rpc/credentials/tokens.ts";
import { scopesOf } from "../../src/server/credential-settings.ts";
import { freePort } from "../helpers/free-port.ts";
import { issuerOf, type Keys, makeKeys, now, setOf, sign } from "../rpc/issuer.ts";
import { type Era, eras, openMcp } from "./open-mcp.ts";

const wellKnown = "/.well-known/oauth-protected-resource";

/** An issuer with one user, who agrees to everything. What it was asked for is kept. */
async function openIssuer(keys: Keys) {
  const tokenRequests: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.url === "/jwks") return answer(200, JSON.parse(setOf([keys]).body));
    if (request.url === "/.well-known/oauth-authorization-server") return answer(200, metadataOf(url));
    if (request.url !== "/token") return answer(404, {});
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const asked = new URLSearchParams(body);
    tokenRequests.push(asked);
    const claims = { iss: url, aud: asked.get("resource"), scope: "hand-over profile", groups: undefined };
    return answer(200, { access_token: await sign(keys, claims), token_type: "Bearer", expires_in: 600 });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, tokenRequests };
}

function metadataOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["none"],
  };
}

/** A server whose issuer gives roles by scopes. */
async function open({ hasPublicUrl = true } = {}) {
  const keys = await makeKeys("ES256", "one");
  const issuer = await openIssuer(keys);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const rules = issuerOf(`${issuer.url}/jwks`, { issuer: issuer.url, audience: `${origin}/mcp` });
  const roles = { claim: "scope", byValue: new Map([["hand-over", Role.TASKER]]) };
  const issuers = [{ ...rules, claims: { ...rules.claims, roles } }];
  const publicUrl = hasPublicUrl ? origin : undefined;
  const opened = await openMcp({ port, publicUrl }, ({ operations: { authenticate, recognize } }) => {
    const log = createLog({ level: "error", now: () => now, write: () => {} });
    const tokens = createTokenJudge({ issuers, recognize, log, now: () => now, monotonicMs: () => 0 });
    if (tokens === undefined) throw new Error("there is no issuer");
    return {
      authenticate: (one) => (one.startsWith("ag_") ? authenticate(one) : tokens(one)),
      more: { issuers: { names: issuers.map((one) => one.issuer), scopes: scopesOf(issuers) } },
    };
  });
  return { ...opened, issuer, origin };
}

const post = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/mcp`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: "{}" });

test("the challenge points to a document that names the resource, its issuers and their scopes", async () => {
  const { url, origin, issuer } = await open();
  const challenge = `Bearer resource_metadata="${origin}${wellKnown}/mcp"`;
  for (const headers of [{}, { authorization: "Bearer ag_test_unknown" }]) {
    const refused = await post(url, headers as Record<string, string>);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, challenge]);
    expect(await refused.json()).toMatchObject({ error: { reason: "ERROR_REASON_UNAUTHENTICATED" } });
  }
  const [, document = ""] = /"(.+)"/.exec(challenge) ?? [];
  const common = {
    authorization_servers: [issuer.url],
    scopes_supported: ["hand-over"],
    bearer_methods_supported: ["header"],
    resource_name: "AsyncGate",
  };
  expect(await (await fetch(document)).json()).toEqual({ resource: `${origin}/mcp`, ...common });
  expect(await (await fetch(`${url}${wellKnown}`)).json()).toEqual({ resource: origin, ...common });
  expect((await fetch(`${url}${wellKnown}/v1`)).status).toBe(404);
  const rest = await fetch(`${url}/v1/tasks`);
  expect([rest.status, rest.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
});

test("over HTTP/2 it is the same, and a host that is not ours learns nothing", async () => {
  const { url, origin } = await open();
  const session = connect(url);
  onTestFinished(() => session.destroy());
  const ask = async (headers: Record<string, string>) => {
    const stream = session.request(headers);
    const answered = new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve));
    let text = "";
    for await (const chunk of stream.setEncoding("utf8")) text += chunk;
    const { ":status": status, "www-authenticate": challenge } = await answered;
    return { status, challenge, text };
  };
  expect(await ask({ ":path": "/mcp", ":method": "POST" })).toMatchObject({
    status: 401,
    challenge: `Bearer resource_metadata="${origin}${wellKnown}/mcp"`,
  });
  const path = { ":path": `${wellKnown}/mcp` };
  expect(JSON.parse((await ask(path)).text)).toMatchObject({ resource: `${origin}/mcp` });
  const elsewhere = await ask({ ...path, ":authority": "evil.example" });
  expect(elsewhere.status).toBe(403);
  expect(elsewhere.text).not.toContain("authorization_servers");
});

test("without a public URL, and without an issuer, hosts are led into no OAuth flow", async () => {
  const servers = [await open({ hasPublicUrl: false }), await openMcp({ publicUrl: "https://asyncgate.example" })];
  for (const { url } of servers) {
    expect((await post(url)).headers.get("www-authenticate")).toBe("Bearer");
    for (const path of [wellKnown, `${wellKnown}/mcp`]) expect((await fetch(`${url}${path}`)).status).toBe(404);
  }
});

function clientOf(era: Era, url: string, authProvider?: OAuthClientProvider) {
  const options = authProvider === undefined ? {} : { authProvider };
  const at = new URL("/mcp", url);
  if (era === "modern") {
    const client = new ModernClient({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
    return { client, transport: new ModernTransport(at, options) };
  }
  const client = new LegacyClient({ name: "test", version: "1" });
  return { client, transport: new LegacyTransport(at, options as never) };
}

/** Opens a connection, and says why it could not. */
async function connectWith(era: Era, url: string, authProvider?: OAuthClientProvider) {
  const { client, transport } = clientOf(era, url, authProvider);
  onTestFinished(() => client.close());
  const error = await client.connect(transport as never).then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );
  return { client: client as ModernClient, transport, error };
}

test.each([
  ["legacy", /UNAUTHENTICATED.*Send a live API key/],
  ["modern", /requires authorization \(HTTP 401\)/],
] as const)("%s: a client without a credential says so", async (era, says) => {
  const { url } = await openMcp();
  expect(String((await connectWith(era, url)).error)).toMatch(says);
});

test.each(eras)("%s: a client without a token gets one from the issuer, and is served", async (era) => {
  const { url, origin, issuer, makeTenant } = await open();
  await makeTenant("acme");
  const { provider, sentTo } = createProvider();
  const refused = await connectWith(era, url, provider);
  expect(String(refused.error)).toMatch(/Unauthorized/);
  const [page] = sentTo;
  expect(page?.origin).toBe(issuer.url);
  expect(page?.searchParams.get("resource")).toBe(`${origin}/mcp`);
  expect(page?.searchParams.get("scope")).toBe("hand-over");
  await refused.transport.finishAuth("agreed", issuer.url);
  expect(issuer.tokenRequests[0]?.get("resource")).toBe(`${origin}/mcp`);
  const { client, error } = await connectWith(era, url, provider);
  expect(error).toBeUndefined();
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain("create_task");
});

/** A host that is known to the issuer already. */
function createProvider() {
  const sentTo: URL[] = [];
  let tokens: Awaited<ReturnType<OAuthClientProvider["tokens"]>>;
  let verifier = "";
  let discovered: Parameters<NonNullable<OAuthClientProvider["saveDiscoveryState"]>>[0] | undefined;
  const provider: OAuthClientProvider = {
    redirectUrl: "http://127.0.0.1/callback",
    clientMetadata: { redirect_uris: ["http://127.0.0.1/callback"], client_name: "test" },
    clientInformation: () => ({ client_id: "host" }),
    tokens: () => tokens,
    saveTokens: (given) => {
      tokens = given;
    },
    redirectToAuthorization: (page) => void sentTo.push(page),
    saveCodeVerifier: (given) => {
      verifier = given;
    },
    codeVerifier: () => verifier,
    discoveryState: () => discovered,
    saveDiscoveryState: (given) => {
      discovered = given;
    },
  };
  return { provider, sentTo };
}
