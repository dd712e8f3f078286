// From a fresh database to a server on the network: the first key is made without a server, everything else by calls.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { admin } from "../../src/cli/admin.ts";
import { dev } from "../../src/cli/serve.ts";
import { createLog } from "../../src/log.ts";
import { readConfig } from "../../src/server/config.ts";
import { runServer } from "../../src/server/run-server.ts";
import { makeAuthority, makeCertificate } from "../helpers/certificates.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { runCommand } from "./terminal.ts";

async function serve(flags: Readonly<Record<string, string>>) {
  const config = readConfig({ environment: {}, flags: { port: "0", ...flags } });
  const log = createLog({ level: "error", write: () => {}, now: () => new Date(0) });
  const server = await runServer({ config, log, environment: "production", makeDevTenant: false, onFatal: () => {} });
  onTestFinished(() => server.stop());
  return server;
}

/** The first steps of an operator. */
async function makeFirstKey(databaseUrl: string): Promise<string> {
  const offline = ["--database-url", databaseUrl];
  await runCommand(admin, ["create-tenant", "--name", "ops", ...offline]);
  const asked = ["--tenant", "ops", "--principal", "human:ada", "--roles", "admin", "--label", "the first"];
  const { printed } = await runCommand(admin, ["create-api-key", ...asked, ...offline]);
  return (JSON.parse(printed) as { secret: string }).secret;
}

test("on a fresh database the first key is made without a server, and everything else with that key", async () => {
  const databaseUrl = await createTestDatabase("empty");
  const key = await makeFirstKey(databaseUrl);
  const server = await serve({ "database-url": databaseUrl });
  const online = { ASYNCGATE_URL: `http://127.0.0.1:${server.port}`, ASYNCGATE_API_KEY: key };
  const call = async (...args: string[]) => JSON.parse((await runCommand(admin, args, online)).printed);
  await call(
    "create-tenant",
    "--name",
    "acme",
    "--locatability-mode",
    "strict",
    "--limits",
    "payload_bytes_max=9",
    "--limits",
    "sessions_max=3",
  );
  expect(await call("update-tenant", "--tenant", "acme", "--retention", "3600s")).toMatchObject({
    tenant: {
      name: "acme",
      locatability_mode: "LOCATABILITY_MODE_STRICT",
      limits: { payload_bytes_max: "9", sessions_max: "3" },
      retention: "3600s",
    },
  });
  const made = await call(
    "create-api-key",
    "--tenant",
    "acme",
    "--principal",
    "worker:w:1",
    "--roles",
    "worker,tasker",
  );
  expect(made.key).toMatchObject({ principal: { id: "w:1" }, roles: ["ROLE_TASKER", "ROLE_WORKER"] });
  const tail = made.secret as string;
  expect(tail).toMatch(/^ag_production_/);
  await call("revoke-api-key", "--key-id", made.key.key_id, "--reason", "for show");
  const { records } = await call("list-audit-records", '{"page_size": 2}');
  expect(records).toMatchObject([
    { note: "for show", principal: { id: "ada" } },
    { method: "asyncgate.v1.AdminService/CreateApiKey" },
  ]);
  const all = (await call("list-audit-records", "--page-size", "200")).records as { peer: string }[];
  expect(all.filter(({ peer }) => peer === "local").length).toBeGreaterThan(1);
});

test("a call that is refused offline is reported and recorded", async () => {
  const databaseUrl = await createTestDatabase("empty");
  await makeFirstKey(databaseUrl);
  const offline = ["--database-url", databaseUrl];
  await expect(runCommand(admin, ["create-tenant", "--name", "ops", ...offline])).rejects.toThrow(/TENANT_EXISTS/);
  await expect(runCommand(admin, ["create-tenant", "--name", "NO NAME", ...offline])).rejects.toThrow(
    /INVALID_ARGUMENT/,
  );
  const { printed } = await runCommand(admin, ["list-audit-records", ...offline]);
  const { records } = JSON.parse(printed) as { records: { reason?: string }[] };
  expect(records.slice(0, 2).map(({ reason }) => reason)).toEqual([
    "ERROR_REASON_INVALID_ARGUMENT",
    "ERROR_REASON_TENANT_EXISTS",
  ]);
});

test.each([
  ["an unknown command", ["make-tenant"], /no admin command/],
  ["an unknown flag", ["create-tenant", "--nmae", "x"], /nmae/],
  ["an unknown role", ["create-api-key", "--tenant", "x", "--roles", "root"], /not one of tasker/],
  ["a principal without a kind", ["create-api-key", "--principal", "ada"], /human:ada/],
  ["an unknown kind", ["create-api-key", "--principal", "god:ada"], /not one of agent/],
  ["malformed limits", ["create-tenant", "--limits", "a"], /name=number/],
  ["a flag that is given twice", ["create-tenant", "--name", "a", "--name", "b"], /--name is given more than once/],
  ["a document that is not JSON", ["create-tenant", "{"], /not JSON/],
])("%s is reported in a line", async (_name, args, fault) => {
  await expect(runCommand(admin, args)).rejects.toThrow(fault);
});

test("off loopback, a server needs TLS and a credential, and dev does not start", async () => {
  const databaseUrl = await createTestDatabase("empty");
  const flags = { host: "0.0.0.0", "database-url": databaseUrl };
  await expect(serve({ host: "0.0.0.0" })).rejects.toThrow(/keys would cross the network in the clear/);
  await expect(serve({ ...flags, "tls-by-proxy": "true" })).rejects.toThrow(/no live key in the database/);
  const environment = { ASYNCGATE_HOST: "0.0.0.0", ASYNCGATE_TLS_BY_PROXY: "true" };
  await expect(runCommand(dev, [], environment)).rejects.toThrow(/loopback only/);
  await makeFirstKey(databaseUrl);
  await serve({ ...flags, "tls-by-proxy": "true" });
});

test("a revoked or expired key does not count as a credential at the start", async () => {
  const databaseUrl = await createTestDatabase("empty");
  const key = await makeFirstKey(databaseUrl);
  const offline = ["--database-url", databaseUrl];
  await runCommand(admin, ["revoke-api-key", "--key-id", key.split("_")[2] ?? "", ...offline]);
  const flags = { host: "0.0.0.0", "database-url": databaseUrl, "tls-by-proxy": "true" };
  await expect(serve(flags)).rejects.toThrow(/no live key/);
  const issuers = [
    { issuer: "https://i.example/", audience: "a", jwks_uri: "https://i.example/jwks", tenant: "ops" },
  ].map((one) => ({ ...one, principal_kind: "human", roles: ["admin"] }));
  await serve({ ...flags, "oidc-issuers": JSON.stringify(issuers) });
});

test("with certificate files it speaks TLS off loopback", async () => {
  const databaseUrl = await createTestDatabase("empty");
  const key = await makeFirstKey(databaseUrl);
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-tls-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const authority = makeAuthority("operator");
  const made = makeCertificate(authority, { subject: "door", names: ["IP:127.0.0.1"] });
  const [certFile, keyFile] = [join(directory, "door.pem"), join(directory, "door.key")];
  await Promise.all([writeFile(certFile, made.certificate), writeFile(keyFile, made.key)]);
  await chmod(keyFile, 0o600);
  const flags = { host: "0.0.0.0", "database-url": databaseUrl, "tls-cert-file": certFile };
  await expect(serve(flags)).rejects.toThrow(/TLS_CERT_FILE needs ASYNCGATE_TLS_KEY_FILE/);
  await expect(serve({ ...flags, "tls-key-file": join(directory, "none") })).rejects.toThrow(/ENOENT/);
  const { port } = await serve({ ...flags, "tls-key-file": keyFile });
  const nodeOptions = { ca: authority.certificate };
  const transport = createGrpcTransport({ baseUrl: `https://127.0.0.1:${port}`, nodeOptions });
  const headers = { authorization: `Bearer ${key}` };
  expect((await createClient(SystemService, transport).getServerInfo({}, { headers })).tenant).toBe("ops");
});
