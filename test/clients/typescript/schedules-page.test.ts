// docs/schedules.md keeps its word: its program runs as it stands, and so do its commands and requests.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { run } from "../../e2e/dev-server.ts";
import { kitTimeoutMs, openKit } from "./kit.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const kit = join(root, "clients/typescript/src/index.ts");
const page = await readFile(join(root, "docs/schedules.md"), "utf8");

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text);
}

test("the program, the requests and the commands of the page do what it says", { timeout: kitTimeoutMs }, async () => {
  const { server, keys } = await openKit({ flags: ["--sweep-interval-ms", "100"] });
  const environment = { ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: keys.tasker };
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-schedules-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, "program.ts");
  await writeFile(program, (blocks("ts")[0] ?? "").replace('"@asyncgate/client"', JSON.stringify(kit)));
  expect(await run(process.execPath, [program], environment)).toBe(
    "2027-03-28T03:00:00+02:00 2027-03-28T02:30:00\n2027-03-29T02:30:00+02:00 \nfired 1\n",
  );

  const [create, preview, byTask, commands] = blocks("sh");
  const shell = async (text = "") => {
    const here = text.replaceAll("localhost:7171", server.url).replaceAll(/^asyncgate /gm, "bin/asyncgate ");
    const env = { ...process.env, ...environment };
    return await promisify(execFile)("sh", ["-c", here], { cwd: root, env });
  };
  expect(JSON.parse((await shell(create)).stdout)).toMatchObject({
    pending: false,
    schedule: { schedule_id: "nightly-report" },
  });
  expect((await shell(preview)).stdout).toContain("2027-03-28T03:00:00+02:00");
  expect((await shell(byTask)).stdout).toContain("schedule.pause");
  await shell("bin/asyncgate schedule delete nightly-report");
  const { stdout, stderr } = await shell(commands);
  expect(stdout).toContain("runs a day");
  expect(stdout).toContain("paused (holidays)");
  expect(stderr).toBe("");
});
