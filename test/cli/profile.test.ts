// Where commands get their server and their key from: the environment, a profile, or a server for development.
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keepDevKeys, keepDevUrl } from "../../src/cli/dev-files.ts";
import { key } from "../../src/cli/key.ts";
import { profileList, profileRemove, profileSet, profileUse } from "../../src/cli/profile.ts";
import { serverFor } from "../../src/cli/target.ts";
import { contextOf, runCommand } from "./terminal.ts";

async function openHome() {
  const home = await mkdtemp(join(tmpdir(), "asyncgate-home-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const environment = { HOME: home, XDG_CONFIG_HOME: "", ASYNCGATE_DATA_DIR: join(home, "data") };
  const file = join(home, ".config", "asyncgate", "profiles.json");
  const server = (more: Readonly<Record<string, string>> = {}) =>
    serverFor(contextOf({ ...environment, ...more }), "tasker");
  const set = (name: string, url: string, typed: string) =>
    runCommand(profileSet, [name, "--url", url], environment, [typed]);
  return { home, environment, file, server, set };
}

test("a profile is used until another one is; the environment goes before it, part by part", async () => {
  const { environment, server, set } = await openHome();
  await set("prod", "https://prod.example", "ag_prod");
  await set("test", "https://test.example", "ag_test");
  expect(await server()).toEqual({ url: "https://test.example", key: "ag_test" });
  await runCommand(profileUse, ["prod"], environment);
  expect(await server()).toEqual({ url: "https://prod.example", key: "ag_prod" });
  expect(await server({ ASYNCGATE_PROFILE: "test" })).toEqual({ url: "https://test.example", key: "ag_test" });
  expect(await server({ ASYNCGATE_API_KEY: "ag_mine" })).toEqual({ url: "https://prod.example", key: "ag_mine" });
  await expect(server({ ASYNCGATE_PROFILE: "none" })).rejects.toThrow('there is no profile "none"');
  const { printed } = await runCommand(profileList, [], environment);
  expect(printed).toMatch(/^\* +prod +https:\/\/prod\.example$/m);
  expect(printed).not.toContain("ag_");
  await runCommand(profileRemove, ["prod"], environment);
  await expect(server()).rejects.toThrow("there is no key");
});

test("the file is its owner's alone, and one that others may read is refused", async () => {
  const { file, server, set } = await openHome();
  await set("prod", "https://prod.example", "ag_prod");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await chmod(file, 0o640);
  await expect(server()).rejects.toThrow("chmod 600");
  await chmod(file, 0o600);
  await writeFile(file, '{"profiles": {"prod": {"url": 1}}}');
  await expect(server()).rejects.toThrow("cannot be read as profiles");
});

test.each([
  ["prod", "ftp://prod.example", "ag_prod", "ASYNCGATE_URL must be"],
  ["prod", "https://u:p@prod.example", "ag_prod", "without a password"],
  ["a/b", "https://prod.example", "ag_prod", "a profile's name"],
  ["prod", "https://prod.example", "", "there is no key"],
  ["prod", "https://prod.example", "two words", "without spaces"],
])("a profile %j of %j with the key %j is refused, and nothing is kept", async (name, url, typed, message) => {
  const { file, set } = await openHome();
  await expect(set(name, url, typed)).rejects.toThrow(message);
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});

test("without a profile, commands find the server that runs for development, wherever it listens", async () => {
  const { environment, home, server } = await openHome();
  await expect(runCommand(key, ["tasker"], environment)).rejects.toThrow("run `asyncgate dev` first");
  const dataDir = join(home, "data");
  await keepDevKeys(dataDir, [{ name: "tasker", principal: "agent:dev-agent", key: "ag_dev" }]);
  await keepDevUrl(dataDir, "http://127.0.0.1:12345");
  expect(await server()).toEqual({ url: "http://127.0.0.1:12345", key: "ag_dev" });
  expect((await runCommand(key, ["tasker"], environment)).printed).toBe("ag_dev");
  expect((await runCommand(key, ["tasker", "--data-dir", dataDir])).printed).toBe("ag_dev");
  await expect(runCommand(key, ["taker"], environment)).rejects.toThrow("there are tasker");
});
