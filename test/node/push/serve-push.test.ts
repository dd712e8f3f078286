// The address of a node: TLS, what is answered without a bearer, and bodies that are too large.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { WorkerNodeService } from "../../../gen/typescript/asyncgate/node/v1/worker_node_service_pb.ts";
import { type PushServerOptions, servePush } from "../../../src/node/push/serve-push.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";

const bearer = "the-bearer-of-this-node-0123456789";
const taskId = "0190b0f0-0000-7000-8000-000000000001";

async function serve(options: Partial<PushServerOptions> = {}) {
  const server = await servePush({
    host: "127.0.0.1",
    port: 0,
    tls: undefined,
    slots: 1,
    bearer: () => ({ bearer, expireMs: Number.POSITIVE_INFINITY }),
    jobs: () => undefined,
    health: ({ url }, answer) => url === "/healthz" && Boolean(answer.end("alive")),
    ...options,
  });
  onTestFinished(() => server.close());
  return server.url;
}

function nodeAt(baseUrl: string, given = bearer, ca?: string) {
  const nodeOptions = ca === undefined ? {} : { ca };
  const transport = createConnectTransport({ baseUrl, httpVersion: "1.1", nodeOptions });
  const headers = { authorization: `Bearer ${given}` };
  return (request = { taskId, attempt: 1 }) => createClient(WorkerNodeService, transport).endJob(request, { headers });
}

async function codeOf(call: Promise<unknown>): Promise<Code | undefined> {
  return await call.then(
    () => undefined,
    (error: unknown) => ConnectError.from(error).code,
  );
}

test("is reached by TLS, and only by what trusts its certificate", async () => {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-push-tls-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const authority = makeAuthority("operator");
  const { certificate, key } = makeCertificate(authority, { subject: "node", names: ["IP:127.0.0.1"] });
  const tls = { certFile: join(folder, "crt"), keyFile: join(folder, "key") };
  await writeFile(tls.certFile, certificate);
  await writeFile(tls.keyFile, key);
  const url = await serve({ tls });
  expect(url).toMatch(/^https:/);
  // The node has no jobs yet: the call has come as far as that.
  const error = ConnectError.from(
    await nodeAt(url, bearer, authority.certificate)().catch((thrown: unknown) => thrown),
  );
  expect([error.code, error.rawMessage]).toEqual([Code.Unavailable, "this node does not run jobs now"]);
  const untrusted = ConnectError.from(await nodeAt(url)().catch((thrown: unknown) => thrown));
  expect(untrusted.rawMessage).toMatch(/certificate/);
});

test("answers health to all, and calls only with the bearer that it has now", async () => {
  let expected: ReturnType<PushServerOptions["bearer"]>;
  const url = await serve({ bearer: () => expected });
  expect(await (await fetch(`${url}/healthz`)).text()).toBe("alive");
  expect(await codeOf(nodeAt(url)())).toBe(Code.Unauthenticated);
  expected = { bearer, expireMs: Date.now() + 3_600_000 };
  expect(await codeOf(nodeAt(url)())).toBe(Code.Unavailable);
  expect(await codeOf(nodeAt(url, `${bearer}0`)())).toBe(Code.Unauthenticated);
  expected = { bearer, expireMs: Date.now() };
  expect(await codeOf(nodeAt(url)())).toBe(Code.Unauthenticated);
});

test("a refusal arrives, however much of the call is still on its way", async () => {
  const url = await serve();
  const call = () => codeOf(nodeAt(url, "another-one")({ taskId: "x".repeat(300_000), attempt: 1 }));
  const codes = await Promise.all(Array.from({ length: 30 }, call));
  expect(new Set(codes)).toEqual(new Set([Code.Unauthenticated]));
});

test("a body that is larger than any job is refused", async () => {
  const url = await serve();
  expect(await codeOf(nodeAt(url)({ taskId: "x".repeat(18 * 1_048_576), attempt: 1 }))).toBe(Code.ResourceExhausted);
});
