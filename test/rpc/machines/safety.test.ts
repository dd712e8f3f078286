// Machines are no way round: not round the rights of others, not into another tenant. And whatever ends the server or
// its runner, an execution goes on.
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  ResumeTenantRequestSchema,
  Role,
  SuspendTenantRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { localAdministrator } from "../../../src/engine/admin/local-administrator.ts";
import { machineJson } from "../../../src/machines/document/machine-json.ts";
import { ended, openMachines } from "../../helpers/machines.ts";
import { refusalOf } from "../../helpers/scheduler.ts";
import { load } from "../../machines/simulate.ts";

const ask = `
name: asks
agents: {one: m.one}
states:
  first: {type: initial, agent: one, input: "{{ input }}", transitions: done}
  done: {type: final}
`;
const local = { ...localAdministrator, peer: "local", callId: "test" };
const reasonOf = async (call: Promise<unknown>) => (await refusalOf(call)).reason;

describe("an execution of another principal", () => {
  test("does not exist for others of the tenant, and an operator may do all with it", async () => {
    const { openTenant, execute } = await openMachines();
    const { client, machines, clientAs } = await openTenant("acme");
    const { taskId } = await machines.start({ document: ask });
    const bob = await clientAs(Role.TASKER, "bob");
    expect(await reasonOf(bob.machines.execution(taskId))).toBe(ErrorReason.TASK_NOT_FOUND);
    expect(await reasonOf(bob.machines.clone(taskId))).toBe(ErrorReason.TASK_NOT_FOUND);
    await client.cancelTask(taskId);
    expect(await reasonOf(bob.machines.retry(taskId))).toBe(ErrorReason.TASK_NOT_FOUND);
    const operator = await clientAs(Role.OPERATOR, "ada");
    const again = await operator.machines.retry(taskId);
    execute();
    expect(await operator.machines.execution(again.taskId)).toMatchObject({ createdBy: { id: "ada" } });
    expect(await reasonOf(machines.execution(again.taskId))).toBe(ErrorReason.TASK_NOT_FOUND);
  });

  test("of a tenant does not exist for another tenant, nor do its machines", async () => {
    const { openTenant } = await openMachines();
    const [ours, theirs] = [await openTenant("ours"), await openTenant("theirs")];
    await ours.machines.put(ask);
    const { taskId } = await ours.machines.start({ name: "asks" });
    const operator = await theirs.clientAs(Role.OPERATOR, "ada");
    for (const { machines } of [theirs, operator]) {
      expect(await reasonOf(machines.execution(taskId))).toBe(ErrorReason.TASK_NOT_FOUND);
      expect(await reasonOf(machines.clone(taskId))).toBe(ErrorReason.TASK_NOT_FOUND);
      expect(await reasonOf(machines.start({ name: "asks" }))).toBe(ErrorReason.MACHINE_NOT_FOUND);
    }
  });
});

describe("a payload that a caller has written itself", () => {
  const started = async (goOn: unknown) => {
    const { openTenant, execute } = await openMachines();
    execute();
    const { client } = await openTenant("acme");
    const payload = { machine: machineJson(await load(ask)), go_on: goOn };
    const { taskId } = await client.createTask({
      type: "asyncgate.machine",
      payload: payload as never,
      maxAttempts: 1,
    });
    return await ended(client, taskId);
  };

  test("goes on in no state that does not exist or is final, and takes no work with it", async () => {
    const good = { state: "first", step: 1 };
    for (const goOn of [
      { ...good, state: "none" },
      { ...good, state: "done" },
      { ...good, step: 0 },
      { ...good, work: { phase: 0, layer: {} } },
      { ...good, context: "text" },
    ]) {
      expect(await started(goOn), JSON.stringify(goOn)).toBe("FAILED MACHINE_INVALID");
    }
  }, 60_000);

  test("with another document than its hash says fails", async () => {
    const { openTenant, execute } = await openMachines();
    execute();
    const { client } = await openTenant("acme");
    const payload = { machine: machineJson(await load(ask)), hash: `sha256:${"0".repeat(64)}` };
    const { taskId } = await client.createTask({ type: "asyncgate.machine", payload: payload as never });
    expect(await ended(client, taskId)).toBe("FAILED HASH_MISMATCH");
  });
});

describe("the server's own runner", () => {
  test("executes for every tenant that has executions, each apart", async () => {
    const { openTenant, execute } = await openMachines();
    execute();
    const tenants = await Promise.all(["one", "two", "three"].map(openTenant));
    for (const tenant of tenants) tenant.agents({ "m.one": ({ input }: { input: unknown }) => ({ output: input }) });
    const outputs = tenants.map(async ({ client, machines }, at) => {
      const { taskId } = await machines.start({ document: ask }, { input: { tenant: at } });
      return await ended(client, taskId);
    });
    expect(await Promise.all(outputs)).toEqual([{ tenant: 0 }, { tenant: 1 }, { tenant: 2 }]);
  });

  test("does nothing for a tenant that is suspended, and goes on when it is resumed", async () => {
    const { openTenant, execute, operations, forget } = await openMachines();
    const { tenantId, client, machines, agents } = await openTenant("acme");
    const { taskId } = await machines.start({ document: ask }, { input: 1 });
    await operations.suspendTenant(local, create(SuspendTenantRequestSchema, { tenantId }));
    expect(await operations.runnerCallers()).toEqual([]);
    execute();
    await operations.resumeTenant(local, create(ResumeTenantRequestSchema, { tenantId }));
    forget();
    agents({ "m.one": ({ input }: { input: unknown }) => ({ output: input }) });
    expect(await ended(client, taskId)).toBe(1);
  });

  test("has the role of an executor, and no credential can be it", async () => {
    const { openTenant, operations } = await openMachines();
    const { machines } = await openTenant("acme");
    await machines.start({ document: ask });
    const [caller] = await operations.runnerCallers();
    expect([caller?.principalText, caller?.roles]).toEqual(["service:runner", ["executor"]]);
    expect([...(caller?.scopes ?? [])].filter((scope) => scope.endsWith("_all"))).toEqual([]);
  });

  test("may be stopped at any moment: the next one goes on, and no agent is called twice", async () => {
    const { openTenant, execute } = await openMachines();
    const { client, machines, agents } = await openTenant("acme");
    const stop = execute();
    const called = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<unknown>();
    let calls = 0;
    agents({
      "m.one": async () => {
        calls += 1;
        called.resolve();
        return await gate.promise;
      },
    });
    const { taskId } = await machines.start({ document: ask });
    await called.promise;
    await stop();
    gate.resolve({ output: "late" });
    execute();
    expect(await ended(client, taskId)).toBe("late");
    expect(calls).toBe(1);
  });
});
