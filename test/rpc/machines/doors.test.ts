// Machines over REST and Connect: the same answers, the same reasons.
import type { JsonObject } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { openMachines } from "../../helpers/machines.ts";

const document =
  "{name: m, version: '1', states: {a: {type: initial, transitions: b}, b: {type: final, output: '{{ input }}'}}}";

async function open() {
  const { openTenant, execute, url } = await openMachines();
  execute();
  const { client, keyOf } = await openTenant("acme");
  const authorization = `Bearer ${await keyOf(Role.TASKER, "alice")}`;
  const send = async (method: string, path: string, body?: JsonObject) => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: { authorization, connection: "close", "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as JsonObject };
  };
  return { send, client };
}

test("REST has a route for each method, with documents and inputs as JSON", async () => {
  const { send, client } = await open();
  expect(await send("POST", "/v1/machines:validate", { document: "name: x" })).toMatchObject({
    status: 200,
    body: { valid: false, faults: [{ path: "states" }] },
  });
  expect(await send("POST", "/v1/machines", { document })).toMatchObject({
    status: 200,
    body: { machine: { number: 1 } },
  });
  expect((await send("GET", "/v1/machines")).body).toMatchObject({ machines: [{ name: "m", version: "1" }] });
  expect((await send("GET", "/v1/machines/m?version=1")).body).toMatchObject({ document: { name: "m", states: {} } });
  const { body: started } = await send("POST", "/v1/executions", { name: "m", input: { deep: [1] } });
  const id = String(started["task_id"]);
  await client.awaitTask(id);
  expect((await send("GET", `/v1/executions/${id}`)).body).toMatchObject({
    execution: { state: "b", input: { deep: [1] }, output: { deep: [1] }, task_state: "TASK_STATE_SUCCEEDED" },
  });
  expect((await send("POST", `/v1/executions/${id}:retry`, {})).body).toMatchObject({
    error: { reason: expect.stringContaining("INVALID_TRANSITION") },
  });
  expect((await send("POST", `/v1/executions/${id}:clone`, {})).status).toBe(400);
  expect((await send("GET", "/v1/machines/none")).status).toBe(404);
});

test("Connect answers as gRPC does", async () => {
  const { send } = await open();
  const call = (method: string, body: JsonObject) => send("POST", `/asyncgate.v1.MachineService/${method}`, body);
  expect(await call("PutMachine", { document })).toMatchObject({ status: 200, body: { machine: { name: "m" } } });
  expect((await call("GetMachine", { name: "m" })).body["document"]).toContain('"name":"m"');
  expect((await call("StartMachine", { name: "none" })).body).toMatchObject({ code: "not_found" });
});
