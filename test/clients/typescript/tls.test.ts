// The kit over TLS: it trusts the authorities that it is given, and no others.
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createClient,
  ErrorReason,
  PrincipalKind,
  type Protocol,
  type TlsOptions,
} from "../../../clients/typescript/src/index.ts";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import { createCertificateJudge } from "../../../src/rpc/credentials/client-certificates.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { openWork } from "../../rpc/open-work.ts";
import { kitTimeoutMs, startWorker } from "./kit.ts";

const options = { timeout: kitTimeoutMs };
const authority = makeAuthority("operator");
const stranger = makeAuthority("operator"); // of the same name, with a key of its own
const here = makeCertificate(authority, { subject: "server", names: ["DNS:localhost", "IP:127.0.0.1"] });
const elsewhere = makeCertificate(authority, { subject: "server", names: ["DNS:gate.example.org"] });
const retry = { attemptsMax: 1 };

async function openServer(tls: typeof here): Promise<string> {
  const { endpoint } = await openWork({ endpoint: { more: { tls } } });
  return endpoint.url.replace("http:", "https:");
}

describe.each(["grpc", "connect", "grpc-web", "grpc-js"] satisfies Protocol[])("over %s", options, (protocol) => {
  const clientOf = (endpoint: string, tls: TlsOptions) => {
    const client = createClient({ endpoint, key: "tasker-key", protocol, tls, retry });
    onTestFinished(() => client.close());
    return client;
  };

  test("a task goes its whole way, by its client and by a worker's stream in a thread of its own", async () => {
    const endpoint = await openServer(here);
    const tls = { ca: authority.certificate };
    const client = clientOf(endpoint, tls);
    startWorker({
      ...{ endpoint, key: "worker-key", protocol, tls, drainOn: [] },
      handlers: { greet: ({ name }: { name: string }) => `Hello, ${name}!` },
    });
    const { taskId } = await client.createTask({ type: "greet", payload: { name: "Ada" } });
    expect(await client.result(taskId)).toBe("Hello, Ada!");
  });

  test("without a key, the client's certificate says who calls", async () => {
    const name = "URI:spiffe://example.org/agent/ada";
    const rule = { tenant: "acme", principal: { kind: PrincipalKind.AGENT, id: "ada" }, roles: [Role.TASKER] };
    const callers: Caller[] = [];
    const certificate = createCertificateJudge({
      rules: new Map([[name, rule]]),
      recognize: async () => callers[0],
      now: () => new Date(),
    });
    const tls = { ...here, clientAuthority: authority.certificate };
    const { endpoint, tenant } = await openWork({ endpoint: { more: { tls, certificate } } });
    callers.push(tenant.caller("agent", "ada"));
    const { certificate: cert, key } = makeCertificate(authority, { subject: "ada", names: [name] });
    const client = createClient({
      endpoint: endpoint.url.replace("http:", "https:"),
      ...{ protocol, tls: { ca: authority.certificate, cert, key }, retry },
    });
    onTestFinished(() => client.close());
    expect((await client.createTask({ type: "mine" })).task.createdBy?.id).toBe("ada");
  });

  test("no call is sent to a server whose certificate is of another authority", async () => {
    const endpoint = await openServer(here);
    const tls = { ca: stranger.certificate };
    const refused = clientOf(endpoint, tls).createTask({ type: "secret" });
    await expect(refused).rejects.toMatchObject({ reason: ErrorReason.UNAVAILABLE });
    const worker = startWorker({ endpoint, key: "worker-key", protocol, tls, drainOn: [], handlers: {} });
    await worker.heard("disconnected");
    expect(worker.events.some(({ type }) => type === "connected")).toBe(false);
    // The control: the server is there.
    const { existed } = await clientOf(endpoint, { ca: authority.certificate }).createTask({ type: "secret" });
    expect(existed).toBe(false);
  });

  test("a certificate for another name wants that name said", async () => {
    const endpoint = await openServer(elsewhere);
    const ca = authority.certificate;
    const unnamed = clientOf(endpoint, { ca }).createTask({ type: "named" });
    await expect(unnamed).rejects.toMatchObject({ reason: ErrorReason.UNAVAILABLE });
    const { existed } = await clientOf(endpoint, { ca, serverName: "gate.example.org" }).createTask({ type: "named" });
    expect(existed).toBe(false);
  });
});
