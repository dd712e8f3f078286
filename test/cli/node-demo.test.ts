// `make demo-node` shows what it says, and leaves nothing.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { processesWith } from "../node/sandbox/sandboxes.ts";

test("the demo of nodes shows a job that goes on while its node is killed", { timeout: 400_000 }, async () => {
  const folder = await mkdtemp("/tmp/asyncgate-node-demo-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // Jobs run as other users, who pass through.
  await chmod(folder, 0o711);
  const child = spawn(process.execPath, ["src/main.ts", "node", "demo"], {
    env: { PATH: process.env["PATH"], TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  let said = "";
  child.stdout.on("data", (text: Buffer) => {
    printed += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    said += text.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  expect(code, said).toBe(0);
  const lines = [...printed.matchAll(/ {2}\| (.*)/g)].map(([, line]) => line);
  expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((number) => `line ${number} of 8`));
  expect(said).toContain("The node was killed, and is started again");
  expect(printed).toContain("leases: 1, of which lost: 0");
  expect(printed).toMatch(/#\d+ +task\.completed/);
  expect(printed).toContain("The node was drained, and ended with 0.");
  expect(await readdir(folder)).toEqual([]);
  expect(processesWith(folder)).toEqual([]);
});
