// An agent over MCP checks a machine, keeps it, starts it and sees how far it is, with one tool.
import type { JsonObject } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { startRunner } from "../../src/machines/runner/start-runner.ts";
import { checkRules } from "../machines/simulate.ts";
import { openMcp, textOf } from "./open-mcp.ts";

const document = `
name: greet
states:
  ask:
    type: initial
    wait_for: {}
    transitions: done
  done: {type: final, output: {hello: "{{ output.name }}"}}
`;

test("with the tool machine, and those for tasks", async () => {
  const { connect, makeTenant, makeKey, url } = await openMcp({}, undefined);
  const tenantId = await makeTenant("acme");
  const runner = startRunner({
    ...{ endpoint: url, key: await makeKey(tenantId, Role.EXECUTOR, "runner"), checkRules },
  });
  onTestFinished(() => runner.stop());
  const agent = await connect("modern", await makeKey(tenantId, Role.TASKER));
  const call = async (name: string, given: JsonObject): Promise<JsonObject> => {
    const answer = await agent.callTool({ name, arguments: given });
    expect(answer.isError, `${name} ${JSON.stringify(given)}: ${textOf(answer)}`).toBeFalsy();
    return answer.structuredContent as JsonObject;
  };
  const machine = (verb: string, given: JsonObject) => call("machine", { verb, ...given });
  expect(await machine("validate", { document: document.replace("done:", "dune:") })).toMatchObject({
    valid: false,
    faults: [
      { path: "states.dune", line: 8 },
      { path: "states.ask.transitions[0].to", line: 7 },
    ],
  });
  expect(await machine("validate", { document })).toMatchObject({ valid: true, name: "greet" });
  expect(await machine("put", { document })).toMatchObject({ existed: false, machine: { name: "greet", number: 1 } });
  expect(await machine("list", {})).toMatchObject({ machines: [{ name: "greet" }] });
  const { task_id } = await machine("start", { name: "greet", input: { any: "thing" } });
  const state = async () =>
    ((await machine("execution", { task_id: task_id ?? "" }))["execution"] as JsonObject)["state"];
  await expect.poll(state).toBe("ask");
  await call("send_signal", { task_id: task_id ?? "", payload: { json: { name: "Ada" } } });
  await expect.poll(state).toBe("done");
  expect(await machine("execution", { task_id: task_id ?? "" })).toMatchObject({
    execution: { output: { hello: "Ada" }, task_state: "TASK_STATE_SUCCEEDED" },
  });
  const refused = await agent.callTool({ name: "machine", arguments: { verb: "start", name: "none" } });
  expect([refused.isError, textOf(refused)]).toEqual([true, expect.stringContaining("no machine")]);
});
