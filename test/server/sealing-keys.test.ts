// The file of keys that seal secrets: all faults at once, and none of them shows a key.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readSealingKeys } from "../../src/server/sealing-keys.ts";

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-keys-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "keys"), text);
  return join(folder, "keys");
}

const secret = () => randomBytes(32).toString("base64");

test("keys are read in their order, beside comments and empty lines", async () => {
  const file = await fileWith(`# newest first\n2026-12 ${secret()}\n\n2026-11  ${secret()}\n`);
  expect(readSealingKeys(file).map(({ id }) => id)).toEqual(["2026-12", "2026-11"]);
  expect(readSealingKeys(undefined)).toEqual([]);
});

test("what is no key is told by its line, without what is in it", async () => {
  const short = randomBytes(16).toString("base64");
  const file = await fileWith(`a ${short}\nb ${secret()}\nb ${secret()}\nnothing`);
  const fault = () => readSealingKeys(file);
  expect(fault).toThrow(/line 1 must be a name and 32 bytes[\s\S]*line 4[\s\S]*two keys have one name/);
  expect(fault).not.toThrow(short);
  const empty = await fileWith("# none\n");
  expect(() => readSealingKeys(empty)).toThrow("there is no key in it");
  expect(() => readSealingKeys(`${file}-none`)).toThrow("ENOENT");
});
