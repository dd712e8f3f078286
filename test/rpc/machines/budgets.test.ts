// A repeated call about an execution is the same call in whatever order its budget's units are sent.
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  CloneExecutionRequestSchema,
  RetryExecutionRequestSchema,
  StartMachineRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { openMachines } from "../../helpers/machines.ts";
import { reorderMaps, reversed } from "../../helpers/map-order.ts";
import { refusalOf } from "../../helpers/scheduler.ts";

const document = "{name: m, states: {a: {type: initial, wait_for: never, transitions: b}, b: {type: final}}}";
const budget = (usd: string) => ({ amounts: { usd, tokens: "5", eur: "2", calls: "1" } });

/** As a client sends it that writes its maps in another order. */
function turned<Desc extends DescMessage>(schema: Desc, request: MessageShape<Desc>): MessageShape<Desc> {
  return fromBinary(schema, toBinary(schema, reorderMaps(schema, request, reversed)));
}

async function expectOne<Desc extends DescMessage>(
  schema: Desc,
  request: (usd: string) => MessageShape<Desc>,
  call: (request: MessageShape<Desc>) => Promise<{ readonly taskId: string }>,
) {
  const { taskId } = await call(request("1"));
  expect(await call(turned(schema, request("1")))).toMatchObject({ taskId, existed: true });
  expect((await refusalOf(call(request("2")))).reason).toBe(ErrorReason.IDEMPOTENCY_CONFLICT);
  return taskId;
}

test("law 5: StartMachine, CloneExecution and RetryExecution, with their units in any order", async () => {
  const { openTenant } = await openMachines();
  const { client } = await openTenant("acme");
  const { machines } = client.stubs;
  const taskId = await expectOne(
    StartMachineRequestSchema,
    (usd) => create(StartMachineRequestSchema, { document, budget: budget(usd), requestId: "start" }),
    (request) => machines.startMachine(request),
  );
  await expectOne(
    CloneExecutionRequestSchema,
    (usd) => create(CloneExecutionRequestSchema, { taskId, budget: budget(usd), requestId: "clone" }),
    (request) => machines.cloneExecution(request),
  );
  await client.cancelTask(taskId);
  await expectOne(
    RetryExecutionRequestSchema,
    (usd) => create(RetryExecutionRequestSchema, { taskId, budget: budget(usd), requestId: "retry" }),
    (request) => machines.retryExecution(request),
  );
});
