// How the program ends at a terminal, whatever the command.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../../bin/asyncgate", import.meta.url));

async function run(args: readonly string[], readsOutput = true) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  if (!readsOutput) child.stdout.destroy();
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      printed[name] += text;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...printed };
}

test("it ends quietly when the reader of its output has gone", async () => {
  expect(await run(["config"], false)).toEqual({ code: 141, stdout: "", stderr: "" });
  expect((await run(["config"])).stdout).toContain("sweep-interval-ms");
});

test("--help says how a command is used, and runs nothing", async () => {
  const { code, stdout, stderr } = await run(["dev", "--port", "1", "--help"]);
  expect([code, stdout]).toEqual([0, ""]);
  expect(stderr).toMatch(/^asyncgate dev: .*\nIts flags are the settings that `asyncgate config` prints\.\n$/);
  expect((await run(["schedule", "preview", "--help"])).stderr).toContain("asyncgate schedule preview");
});
