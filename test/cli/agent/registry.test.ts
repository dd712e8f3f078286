// `asyncgate agent`: agents are registered from files, listed, shown, looked for and given work, against a server.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { agentList, agentRegister, agentShow, agentTools } from "../../../src/cli/agent/registry.ts";
import { agentDelegate, agentRoute } from "../../../src/cli/agent/work.ts";
import { openEngineServer } from "../../rpc/engine-server.ts";
import { runCommand } from "../terminal.ts";

const painter = `
agent_id: painter
domain: pictures
roles: [executor, VERIFIER]
principal: worker:pia
capabilities: [image.render]
write_scopes: [repo:site/images]
tools:
  - name: render
    task_type: image.render
    description: |
      Renders a picture.
      In any size.
    input_schema: { type: object, required: [size] }
`;
const others = JSON.stringify([
  { agent_id: "printer", keywords: ["paper"] },
  { agent_id: "old", status: "retired" },
]);

async function open() {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const key = await makeKey(await makeTenant("acme"), Role.OPERATOR);
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-agents-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const environment = { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key };
  const files = [await file("painter.yaml", painter), await file("others.json", others)];
  return { environment, file, files };
}

test("agents of files are registered once, and shown as a table", async () => {
  const { environment, files } = await open();
  expect((await runCommand(agentList, [], environment)).printed).toBe("there are no agents yet");
  const first = await runCommand(agentRegister, files, environment);
  expect(first.printed.split("\n")).toEqual([
    "painter: version 1, ACTIVE, registered",
    "printer: version 1, ACTIVE, registered",
    "old: version 1, RETIRED, registered",
  ]);
  const again = await runCommand(agentRegister, [files[0] ?? ""], environment);
  expect(again.printed).toBe("painter: version 1, ACTIVE, as it was");
  const { printed } = await runCommand(agentList, [], environment);
  expect(printed).toMatch(
    /^painter +pictures +executor verifier +image.render +repo:site\/images +worker:pia +ACTIVE +1$/m,
  );
  const retired = await runCommand(agentList, ["--status", "retired", "--json"], environment);
  expect(JSON.parse(retired.printed)).toMatchObject({ agents: [{ agent_id: "old" }] });
  const shown = JSON.parse((await runCommand(agentShow, ["painter", "1"], environment)).printed);
  expect(shown.tools[0].input_schema).toEqual({ type: "object", required: ["size"] });
  const tools = await runCommand(agentTools, [], environment);
  expect(tools.printed).toMatch(/^painter +render +image.render +Renders a picture\.$/m);
});

test("a task is routed and delegated, and where no agent matches the command says so and fails", async () => {
  const { environment, files } = await open();
  await runCommand(agentRegister, files, environment);
  const routed = await runCommand(agentRoute, ["print", "it", "on", "paper"], environment);
  expect(routed.printed).toMatch(/^printer\nThe text has "paper", a keyword of printer\. No other agent matches\.$/);
  const nowhere = await runCommand(agentRoute, ["--domain", "music"], environment);
  expect([nowhere.printed, nowhere.code]).toEqual(["No ACTIVE agent matches.", 1]);
  const delegated = await runCommand(agentDelegate, ["painter", "--input", '{"size":3}', "--key", "k"], environment);
  expect(delegated.printed).toMatch(/^[0-9a-f-]{36}$/);
  const again = await runCommand(agentDelegate, ["painter", "--input", '{"size":3}', "--key", "k"], environment);
  expect(again.printed).toBe(delegated.printed);
  const byRoute = ["--domain", "pictures", "--input", '{"size":4}', "--json"];
  expect(JSON.parse((await runCommand(agentDelegate, byRoute, environment)).printed)).toMatchObject({
    agent_id: "painter",
    task: { type: "image.render", requirements: { capabilities: ["agent:painter"] } },
  });
  await expect(runCommand(agentDelegate, ["painter"], environment)).rejects.toThrow(/INVALID_ARGUMENT: input .*size/);
});

test("files and words that mean nothing are mistakes", async () => {
  const { environment, file } = await open();
  const run = (command: typeof agentRegister, ...args: string[]) => runCommand(command, args, environment);
  await expect(run(agentRegister)).rejects.toThrow("the file with the agent is missing");
  await expect(run(agentRegister, "/nowhere.yaml")).rejects.toThrow("cannot read /nowhere.yaml");
  await expect(run(agentRegister, await file("a", "a: [b"))).rejects.toThrow("neither YAML nor JSON");
  await expect(run(agentRegister, await file("b", "principal: pia"))).rejects.toThrow("written kind:id");
  await expect(run(agentRegister, await file("c", "agent_id: a\nrole: x"))).rejects.toThrow("role");
  await expect(run(agentRegister, await file("d", "agent_id: A"))).rejects.toThrow("INVALID_ARGUMENT");
  await expect(run(agentShow)).rejects.toThrow("expected the id of an agent");
  await expect(run(agentRoute)).rejects.toThrow("by what?");
  await expect(run(agentRoute, "text", "--domain", "x")).rejects.toThrow("give one of");
  await expect(run(agentDelegate)).rejects.toThrow("expected the id of one agent");
  await expect(run(agentDelegate, "a", "--domain", "x")).rejects.toThrow("expected the id of one agent");
});
