// `make demo-node` shows what it says, and leaves nothing.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { processesWith } from "../../node/sandbox/sandboxes.ts";

test("the demo of nodes shows one that registers, is configured, is killed under its job, and is drained", {
  timeout: 400_000,
}, async () => {
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
  expect(printed).toContain("demo-node has registered with the pre-shared key");
  expect(printed).toContain("drained: The node demo-node is not: An operator drains it (the demo is over)");
  expect(printed).toMatch(/node\.config_issued 2\n.* {2}node\.config_acknowledged: APPLIED/);
  expect(printed).toContain("The node's process has ended with 0.");
  expect(await readdir(folder)).toEqual([]);
  expect(processesWith(folder)).toEqual([]);
});
