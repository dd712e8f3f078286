// A worker that is killed and started again goes on with its tasks, under the same leases.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { stop } from "../../e2e/dev-server.ts";
import { type Kit, kitTimeoutMs, shareKit } from "./kit.ts";
import { startProxy } from "./proxy.ts";

/** A busy machine takes seconds to start a process. */
const graceMs = 50_000;

async function makeFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-resume-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "kept.json");
}

function start({ server, keys }: Kit, file: string, withinMs = graceMs, thread = true) {
  const program = "test/clients/typescript/resumed-worker.ts";
  const args = [program, server.url, keys.worker, file, String(withinMs), String(thread)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout?.on("data", (text: Buffer) => {
    printed += text.toString();
  });
  onTestFinished(() => stop(child, "SIGKILL"));
  return { child, printed: () => printed };
}

describe("a worker that is killed and started again", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit({ flags: ["--sweep-interval-ms", "100", "--resume-grace-ms", String(graceMs)] });

  test.each([
    ["a thread of its own", true],
    ["the thread of its handlers", false],
  ])("law 4: calls its handlers again under the same leases, from %s, and nothing is counted", async (_, thread) => {
    const kit = kitOf();
    const file = await makeFile();
    const first = start(kit, file, graceMs, thread);
    const { taskId } = await kit.client.createTask({ type: "lasting", payload: { name: "a" } });
    await expect.poll(first.printed).toMatch(/^began a \d+\n$/);
    await stop(first.child, "SIGKILL");
    const second = start(kit, file, graceMs, thread);
    await expect.poll(second.printed).toBe(first.printed());
    second.child.kill("SIGUSR2");
    expect(await kit.client.result(taskId)).toBe(`by ${second.child.pid}`);
    const { deliveries, leaseLosses, attempt } = await kit.client.getTask(taskId);
    expect([deliveries, leaseLosses, attempt]).toEqual([1, 0, 1]);
  });

  test("returns the tasks that it does not take along, and nothing is counted either", async () => {
    const kit = kitOf();
    const file = await makeFile();
    const first = start(kit, file);
    const { taskId } = await kit.client.createTask({ type: "lasting", payload: { name: "b" } });
    await expect.poll(first.printed).toMatch(/^began b 1\n$/);
    await stop(first.child, "SIGKILL");
    const { token } = JSON.parse(await readFile(file, "utf8")) as { token: string };
    await writeFile(file, JSON.stringify({ token, leased: {} }));
    const second = start(kit, file);
    await expect.poll(second.printed).toBe("began b 2\n");
    expect((await kit.client.getTask(taskId)).leaseLosses).toBe(0);
    second.child.kill("SIGUSR2");
    await kit.client.result(taskId);
  });

  test("takes its tasks along into a new session, if the old one is not known any more", async () => {
    const kit = kitOf();
    const file = await makeFile();
    const first = start(kit, file);
    const { taskId } = await kit.client.createTask({ type: "lasting", payload: { name: "c" } });
    await expect.poll(first.printed).toMatch(/^began c 1\n$/);
    await stop(first.child, "SIGKILL");
    const kept = JSON.parse(await readFile(file, "utf8")) as { token: string };
    await writeFile(file, JSON.stringify({ ...kept, token: "agr1_unknown" }));
    const second = start(kit, file);
    await expect.poll(second.printed).toBe("began c 1\n");
    second.child.kill("SIGUSR2");
    expect(await kit.client.result(taskId)).toBe(`by ${second.child.pid}`);
  });

  test("is told by its handlers' signals that their leases are lost, if it comes too late", async () => {
    const kit = kitOf();
    const file = await makeFile();
    const proxy = await startProxy(kit.server.address);
    const first = start(kit, file);
    const { taskId } = await kit.client.createTask({ type: "lasting", payload: { name: "d" } });
    await expect.poll(first.printed).toMatch(/^began d 1\n$/);
    await stop(first.child, "SIGKILL");
    // Without a server it cannot be in time, however quick it is.
    proxy.target("127.0.0.1:1");
    const second = start({ ...kit, server: { ...kit.server, url: proxy.url } }, file, 1);
    await expect.poll(second.printed).toContain("lost d 1\n");
    proxy.target(kit.server.address);
    // The task is not lost: it is leased again, here too.
    await expect.poll(second.printed, { timeout: 60_000 }).toContain("began d 2\n");
    second.child.kill("SIGUSR2");
    expect((await kit.client.awaitTask(taskId)).state).toBe(TaskState.SUCCEEDED);
  });
});
