// `asyncgate agent contract`: contracts of files are kept, listed and shown.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { agentContract } from "../../../src/cli/agent/contract.ts";
import { openEngineServer } from "../../rpc/engine-server.ts";
import { runCommand } from "../terminal.ts";

const contracts = `
- name: research-to-writing
  from_role: researcher
  to_role: writer
  required: [{ kind: sources, min: 2 }, { kind: outline }]
- name: writing-to-review
  required: [{ kind: draft }]
`;

test("contracts are kept once, listed and shown", async () => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const key = await makeKey(await makeTenant("acme"), Role.OPERATOR);
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-contracts-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "contracts.yaml"), contracts);
  const run = (...words: string[]) => runCommand(agentContract, words, { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key });
  expect((await run("list")).printed).toBe("there are no hand-off contracts yet");
  const kept = ["research-to-writing: version 1, kept", "writing-to-review: version 1, kept"];
  expect((await run("put", join(folder, "contracts.yaml"))).printed.split("\n")).toEqual(kept);
  expect((await run("put", join(folder, "contracts.yaml"))).printed).toContain("version 1, as it was");
  expect((await run("list")).printed).toMatch(/^research-to-writing +researcher +writer +sources outline +1$/m);
  expect(JSON.parse((await run("show", "writing-to-review")).printed)).toMatchObject({ required: [{ kind: "draft" }] });
  await expect(run("show", "none")).rejects.toThrow("HAND_OFF_CONTRACT_NOT_FOUND");
  await expect(run("put")).rejects.toThrow("the file with the contract is missing");
  await expect(run()).rejects.toThrow("expected put, list or show");
});
