// TLS: one port for all protocols, certificates renewed while the server runs, and callers identified by theirs.
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { createCertificateJudge } from "../../../src/rpc/credentials/client-certificates.ts";
import { type Certificate, makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { query } from "../../helpers/database.ts";
import { bearer, openEngineServer } from "../engine-server.ts";
import { reasonOf } from "../reason-of.ts";
import type { ServerWishes } from "../test-server.ts";

const authority = makeAuthority("operator");
const stranger = makeAuthority("operator"); // of the same name, with a key of its own
const served = makeCertificate(authority, { subject: "server", names: ["DNS:localhost", "IP:127.0.0.1"] });
const spiffe = "URI:spiffe://example.org/worker/wanda";
const dns = "DNS:worker.example.org";

const wanda = {
  tenant: "acme",
  principal: { kind: PrincipalKind.WORKER, id: "wanda" },
  roles: [Role.WORKER],
};

async function open(wishes: Pick<ServerWishes, "config"> = {}) {
  let time = new Date();
  const opened = await openEngineServer(({ operations: { recognize } }) => ({
    ...wishes,
    more: {
      tls: { ...served, clientAuthority: authority.certificate },
      certificate: createCertificateJudge({
        rules: new Map([
          [spiffe, wanda],
          [dns, { ...wanda, principal: { kind: PrincipalKind.WORKER, id: "other" } }],
          ["DNS:unknown.example.org", { ...wanda, tenant: "unknown" }],
        ]),
        recognize,
        now: () => time,
      }),
    },
  }));
  const url = opened.url.replace("http:", "https:");
  const tenantId = await opened.makeTenant("acme");
  const key = await opened.makeKey(tenantId, Role.OPERATOR);
  const setTime = (to: Date) => {
    time = to;
  };
  return { ...opened, url, tenantId, key, setTime };
}

const trust = { ca: authority.certificate } as const;

function withCertificate({ certificate: cert, key }: Certificate) {
  return { ...trust, cert, key };
}

function systemOver(baseUrl: string, nodeOptions: object) {
  return createClient(SystemService, createGrpcTransport({ baseUrl, nodeOptions }));
}

test.each([
  ["Connect over HTTP/1.1", (o: object) => createConnectTransport({ httpVersion: "1.1", ...o } as never)],
  ["Connect over HTTP/2", (o: object) => createConnectTransport({ httpVersion: "2", ...o } as never)],
  ["gRPC", (o: object) => createGrpcTransport(o as never)],
  ["gRPC-Web over HTTP/1.1", (o: object) => createGrpcWebTransport({ httpVersion: "1.1", ...o } as never)],
] as const)("%s comes through TLS on the one port, by key and by certificate", async (_name, transportTo) => {
  const { url: baseUrl, key } = await open();
  const byKey = createClient(SystemService, transportTo({ baseUrl, nodeOptions: trust }));
  expect((await byKey.getServerInfo({}, bearer(key))).principal?.id).toBe("alice");
  const client = makeCertificate(authority, { subject: "w", names: [spiffe] });
  const byCertificate = createClient(SystemService, transportTo({ baseUrl, nodeOptions: withCertificate(client) }));
  expect((await byCertificate.getServerInfo({})).principal?.id).toBe("wanda");
});

test("grpc-js comes through TLS without knowing our libraries", async () => {
  const { endpoint, key } = await open();
  const client = new grpc.Client(`localhost:${endpoint.port}`, grpc.credentials.createSsl(Buffer.from(trust.ca)));
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${key}`);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const path = "/asyncgate.v1.SystemService/GetServerInfo";
  const asIs = (bytes: Buffer) => bytes;
  client.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), metadata, (error, value) =>
    error === null ? resolve(value) : reject(error),
  );
  expect((await promise)?.length).toBeGreaterThan(0);
  client.close();
});

/** The handshake's end; what it failed with otherwise. */
async function shake(port: number, options: ConnectionOptions): Promise<TLSSocket | string> {
  const socket = connectTls({ port, host: "127.0.0.1", ...trust, ...options });
  try {
    await once(socket, "secureConnect");
    return socket;
  } catch (error) {
    return String(Reflect.get(error as object, "code"));
  }
}

describe("a server with TLS", () => {
  test("speaks TLS 1.2 and 1.3, and nothing older", async () => {
    const { endpoint } = await open();
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const socket = await shake(endpoint.port, { minVersion: version, maxVersion: version });
      if (typeof socket === "string") throw new Error(socket);
      expect(socket.getProtocol()).toBe(version);
      socket.destroy();
    }
    // The client would do it: its own floor is lowered, so the refusal is the server's.
    const old = await shake(endpoint.port, {
      minVersion: "TLSv1.1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    expect(old).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
  });

  test("does not answer in clear", async () => {
    const { endpoint } = await open();
    const socket = connectPlain({ port: endpoint.port, host: "127.0.0.1" });
    socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    let said = "";
    socket.on("data", (bytes: Buffer) => {
      said += bytes.toString("latin1");
    });
    socket.on("error", () => {});
    await once(socket, "close");
    expect(said).not.toContain("HTTP/1.1");
  });

  test("cuts a connection that does not finish the handshake in time", async () => {
    const { endpoint } = await open({ config: { headersTimeoutMs: 50 } });
    const socket = connectPlain({ port: endpoint.port, host: "127.0.0.1" });
    socket.on("error", () => {});
    await once(socket, "close");
  });

  test("shows a renewed certificate to new connections, and open ones go on", async () => {
    const { endpoint, url: baseUrl, key } = await open();
    const sessions = new Http2SessionManager(baseUrl, undefined, trust);
    const system = createClient(SystemService, createGrpcTransport({ baseUrl, sessionManager: sessions }));
    await system.getServerInfo({}, bearer(key));
    const renewed = makeCertificate(authority, { subject: "renewed server", names: ["IP:127.0.0.1"] });
    const clientAuthority = authority.certificate;
    expect(() => endpoint.server.renewTls({ ...renewed, key: served.key, clientAuthority })).toThrow();
    expect(await subjectOf(endpoint.port)).toBe("server");
    endpoint.server.renewTls({ ...renewed, clientAuthority });
    expect(await subjectOf(endpoint.port)).toBe("renewed server");
    await system.getServerInfo({}, bearer(key));
    sessions.abort();
  });

  test("drains connections over TLS like others", async () => {
    const { endpoint, url: baseUrl, key } = await open();
    const sessions = new Http2SessionManager(baseUrl, undefined, trust);
    const system = createClient(SystemService, createGrpcTransport({ baseUrl, sessionManager: sessions }));
    await system.getServerInfo({}, bearer(key));
    const idle = await shake(endpoint.port, { ALPNProtocols: ["http/1.1"] });
    expect(typeof idle).toBe("object");
    await endpoint.server.close({ graceMs: 600_000 });
    expect(endpoint.lines.map(({ message }) => message)).not.toContain("connections cut at the end of the grace");
  });
});

async function subjectOf(port: number): Promise<unknown> {
  const socket = await shake(port, {});
  if (typeof socket === "string") throw new Error(socket);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

describe("a client's certificate", () => {
  const day = 86_400_000;
  const ago = (days: number) => new Date(Date.now() - days * day);
  const refused: readonly (readonly [name: string, fault: string, made: Certificate])[] = [
    ["of another authority", "not believed", makeCertificate(stranger, { subject: "w", names: [spiffe] })],
    ["that is self-signed", "not believed", makeAuthority("w")],
    [
      "that has expired",
      "CERT_HAS_EXPIRED",
      makeCertificate(authority, { subject: "w", names: [spiffe], until: ago(1) }),
    ],
    [
      "that is not valid yet",
      "CERT_NOT_YET_VALID",
      makeCertificate(authority, { subject: "w", names: [spiffe], from: ago(-1) }),
    ],
    ["of a name without a rule", "no name", makeCertificate(authority, { subject: "w", names: ["DNS:x.example.org"] })],
    ["with a known name as its subject alone", "no name", makeCertificate(authority, { subject: spiffe })],
    ["of a name below a known one", "no name", makeCertificate(authority, { subject: "w", names: [`${spiffe}/x`] })],
    [
      "with a known name hidden in another",
      "no name",
      makeCertificate(authority, { subject: "w", names: [`DNS:x.example.org, ${spiffe}`] }),
    ],
    ["of two known names", "several", makeCertificate(authority, { subject: "w", names: [spiffe, dns] })],
    [
      "of a tenant that does not exist",
      "no tenant",
      makeCertificate(authority, { subject: "w", names: ["DNS:unknown.example.org"] }),
    ],
  ];

  test.each(refused)("%s authenticates no caller", async (_name, fault, made) => {
    const { url, endpoint, key } = await open();
    const system = systemOver(url, withCertificate(made));
    expect(await reasonOf(system.getServerInfo({}))).toBe(ErrorReason.UNAUTHENTICATED);
    const line = await endpoint.logged(({ message }) => message === "rpc");
    expect(line["credential_fault"]).toContain(fault);
    // It does no harm to a call with a key.
    expect((await system.getServerInfo({}, bearer(key))).principal?.id).toBe("alice");
  });

  test("that is missing is no credential", async () => {
    const { url } = await open();
    expect(await reasonOf(systemOver(url, trust).getServerInfo({}))).toBe(ErrorReason.UNAUTHENTICATED);
  });

  test("does not help a bad key: what is shown is judged", async () => {
    const { url } = await open();
    const system = systemOver(url, withCertificate(makeCertificate(authority, { subject: "w", names: [spiffe] })));
    await system.getServerInfo({});
    expect(await reasonOf(system.getServerInfo({}, bearer("ag_test_bad_key")))).toBe(ErrorReason.UNAUTHENTICATED);
  });

  test("is good no longer than it is valid, on an open connection too", async () => {
    const { url, setTime } = await open();
    const until = new Date(Date.now() + day);
    const made = makeCertificate(authority, { subject: "w", names: [spiffe], until });
    const system = systemOver(url, withCertificate(made));
    await system.getServerInfo({});
    setTime(until);
    expect(await reasonOf(system.getServerInfo({}))).toBe(ErrorReason.UNAUTHENTICATED);
  });

  test("of a suspended tenant is told so", async () => {
    const { url, database, forget } = await open();
    const system = systemOver(url, withCertificate(makeCertificate(authority, { subject: "w", names: [spiffe] })));
    await system.getServerInfo({});
    await query(database.databaseUrl, "update tenant set suspend_time = now() where name = 'acme'");
    forget();
    expect(await reasonOf(system.getServerInfo({}))).toBe(ErrorReason.TENANT_SUSPENDED);
  });

  test("is named in the log and in its caller's identity", async () => {
    const { url, endpoint } = await open();
    const system = systemOver(url, withCertificate(makeCertificate(authority, { subject: "w", names: [spiffe] })));
    const info = await system.getServerInfo({});
    expect(info.scopes).toContain("leases:claim");
    expect(info.scopes).not.toContain("tasks:create");
    const line = await endpoint.logged(({ message }) => message === "rpc");
    expect(line).toMatchObject({ principal: "worker:wanda", key_id: `certificate:${spiffe}` });
  });
});
