// QueueService over the network: REST with any queue name, and the audit record of what is done and what is refused.
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { bearer, openEngineServer } from "../engine-server.ts";

async function open() {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const tenantId = await makeTenant("acme");
  const keys = {
    operator: await makeKey(tenantId, Role.OPERATOR),
    worker: await makeKey(tenantId, Role.WORKER),
    observer: await makeKey(tenantId, Role.OBSERVER),
    admin: await makeKey(tenantId, Role.ADMIN),
  };
  const ask = async (who: keyof typeof keys, path: string, body?: object) => {
    const headers = { ...bearer(keys[who]).headers, "content-type": "application/json" };
    const post = body && { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { headers, ...post });
    return { status: response.status, body: await response.json() };
  };
  return { ask };
}

test("a queue with a slash and a colon in its name is paused, seen and resumed over REST", async () => {
  const { ask } = await open();
  const path = `/v1/queues/${encodeURIComponent("print/a:b")}`;
  const paused = await ask("operator", `${path}:pause`, { reason: "no ink" });
  expect(paused).toMatchObject({ status: 200, body: { pause: { reason: "no ink" } } });
  const seen = await ask("observer", "/v1/queues");
  expect(seen.body).toMatchObject({ queues: [{ queue: "print/a:b", pause: { reason: "no ink" } }] });
  expect((await ask("operator", `${path}:resume`, {})).body).toMatchObject({ ended: { reason: "no ink" } });
});

test("what is done and what is refused is in the audit record", async () => {
  const { ask } = await open();
  await ask("operator", "/v1/queues/mail:pause", { reason: "why" });
  expect(await ask("worker", "/v1/queues/mail:pause", {})).toMatchObject({ status: 403 });
  const { body } = await ask("admin", "/v1/admin/audit");
  const records = (body as { records: { method: string; allowed?: boolean; note?: string }[] }).records;
  const ours = records.filter(({ method }) => method.endsWith("QueueService/PauseQueue"));
  expect(ours.map(({ allowed, note }) => [allowed ?? false, note ?? ""])).toEqual([
    [false, ""],
    [true, "why"],
  ]);
});
