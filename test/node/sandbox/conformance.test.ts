// What every sandbox keeps, run as a user of the machine meets it: the same hostile jobs for each that works here. What
// a sandbox cannot enforce it says, and such a job is refused: see missing.test.ts.
import { randomInt } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findVariants, processesWith, run, type Variant } from "./sandboxes.ts";

const variants = await findVariants();
const shell = (script: string) => ["/bin/sh", "-c", script];
/** A time to sleep that no other process of the machine has in its command line. */
const uniqueSeconds = () => `${randomInt(300, 400)}.${randomInt(1, 2 ** 40)}`;

test("there is a sandbox to test", () => {
  expect(variants.map(({ name }) => name)).not.toEqual([]);
});

describe.each(variants)("$name", (variant: Variant) => {
  const { has } = variant;

  test("keeps what a program prints, byte for byte and apart, and its exit code", async () => {
    const script = "printf '\\377\\0\\1x'; echo no >&2; exit 7";
    const ran = await run(variant, { command: shell(script) });
    expect(ran.end).toEqual({ cause: "EXITED", exitCode: 7 });
    expect([...ran.bytes]).toEqual([255, 0, 1, 120]);
    expect(ran.stderr).toBe("no\n");
  });

  test("tells a signal as shells do, and a program that is not there", async () => {
    expect((await run(variant, { command: shell("kill -9 $$") })).end).toEqual({ cause: "EXITED", exitCode: 137 });
    const missing = await run(variant, { command: ["/no/such/program"] });
    // Within a container, it is its first process that does not find it.
    expect(missing.end?.exitCode).toBe(has.images ? 1 : 127);
    expect(missing.stderr).toMatch(/not found|No such file/);
  });

  test("passes on the job's environment and nothing of the node's", async () => {
    const env = { PATH: "/usr/bin:/bin", GIVEN: "a b\n$c 'd'" };
    const { stdout } = await run(variant, { command: ["env", "-0"], env });
    const names = stdout.split("\0").map((line) => line.split("=")[0] ?? "");
    const usual = ["PWD", "OLDPWD", "SHLVL", "_", "", ...(has.images ? ["HOME", "HOSTNAME", "TERM", "container"] : [])];
    expect(names.filter((name) => !usual.includes(name)).sort()).toEqual(["GIVEN", "PATH"]);
    expect(stdout).toContain("GIVEN=a b\n$c 'd'");
    expect(
      (await run(variant, { command: shell("cat /proc/self/environ; cat /proc/1/environ") })).stdout,
    ).not.toContain("of the node");
  });

  test("what runs before the program is not led by the job's environment", async () => {
    const { stderr } = await run(variant, { command: ["/bin/true"], env: { LD_PRELOAD: "/no/such/library.so" } });
    // The shell that becomes the program, the program, and within bubblewrap what bounds both.
    const loaded = stderr.split("\n").filter((line) => line.includes("library.so"));
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.length).toBeLessThanOrEqual(has.filesystem ? 3 : 2);
  });

  test("gives no rights: no capabilities, no way to more, and a user of its own where the node is root", async () => {
    const { stdout } = await run(variant, {
      command: shell("id -u; grep -E '^(CapEff|NoNewPrivs)' /proc/self/status"),
    });
    const [uid, ...status] = stdout.trim().split("\n");
    expect(status.join(" ").replaceAll(/\s+/g, " ")).toBe("CapEff: 0000000000000000 NoNewPrivs: 1");
    expect(Number(uid)).toBe(has.ownUser ? 210_001 : variant.asPlainUser ? 65_534 : process.getuid?.());
  });

  test("writes nowhere but into its workspace, and sees the machine's files only where that is told", async () => {
    const folder = await mkdtemp("/var/tmp/asyncgate-outside-");
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "secret");
    await writeFile(file, "of the machine", { mode: 0o600 });
    const tries = ["/x", "/usr/x", "/etc/x", "/dev/x", `${folder}/x`].map(
      (path) => `touch ${path} && echo wrote ${path}`,
    );
    const script = `${tries.join("; ")}; cat ${file}; echo kept > here; cat here`;
    const { stdout } = await run(variant, { command: shell(script) });
    expect(stdout).toBe("kept\n");
    const seen = await run(variant, { command: shell(`ls -d ${folder}`) });
    // The folder is another user's: its name is seen where the file system is not hidden.
    expect(seen.end?.exitCode === 0).toBe(!has.filesystem);
  });

  test("has no network, and a control with the machine's network reaches it", async () => {
    const server = createServer((socket) => socket.end("reached\n")).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const command = ["/bin/bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`];
    const denied = await run(variant, { command });
    expect([denied.stdout, denied.end?.exitCode]).toEqual(["", 1]);
    expect(denied.stderr).toMatch(/unreachable|refused/i);
    expect((await run(variant, { command, network: "HOST" })).stdout).toBe("reached\n");
  });

  test("bounds how many processes there are, and leaves none of a fork bomb", async () => {
    const seconds = uniqueSeconds();
    const counting = `i=0; while :; do sleep ${seconds} & i=$((i+1)); echo $i; done`;
    const counted = await run(variant, { command: shell(counting), limits: { pids: 24 } });
    const most = Number(counted.stdout.trim().split("\n").at(-1));
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(24);
    const bomb = `b() { sleep ${seconds} & b | b & }; b; sleep ${seconds}`;
    const bombed = await run(variant, { command: shell(bomb), limits: { pids: 24 }, timeoutMs: 1_500 });
    expect(bombed.end?.exitCode).not.toBe(0);
    await expect.poll(() => processesWith(seconds)).toEqual([]);
  });

  test("ends a program that ignores SIGTERM, and lets one that does not clear up", async () => {
    const seconds = uniqueSeconds();
    const deaf = `trap '' TERM; echo up; sleep ${seconds}; echo still; sleep ${seconds}`;
    const killed = await run(variant, { command: shell(deaf), stopAt: "up", stopGraceMs: 300 });
    expect(killed.end).toEqual({ cause: "STOPPED", exitCode: 137 });
    expect(processesWith(seconds)).toEqual([]);
    const polite = `trap 'echo bye; exit 3' TERM; echo up; sleep ${seconds} & wait`;
    const asked = await run(variant, { command: shell(polite), stopAt: "up", stopGraceMs: 60_000 });
    expect([asked.end, asked.stdout]).toEqual([{ cause: "STOPPED", exitCode: 3 }, "up\nbye\n"]);
  });

  test("ends a program at its time-out", async () => {
    const seconds = uniqueSeconds();
    const { end } = await run(variant, { command: ["sleep", seconds], timeoutMs: 300, graceMs: 60_000 });
    expect(end).toEqual({ cause: "TIMED_OUT", exitCode: 143 });
    expect(processesWith(seconds)).toEqual([]);
  });

  test("is stopped from outside, with all that it has started", async () => {
    const seconds = uniqueSeconds();
    const script = `setsid sleep ${seconds} & (setsid sleep ${seconds} &) ; echo up; sleep ${seconds}`;
    const { end } = await run(variant, { command: shell(script), stopAt: "up" });
    expect(end).toEqual({ cause: "STOPPED", exitCode: 137 });
    await expect.poll(() => processesWith(seconds)).toEqual([]);
  });

  test("leaves no grandchildren behind when the program ends by itself", async () => {
    const seconds = uniqueSeconds();
    const deaf = `setsid sh -c 'trap "" HUP TERM; sleep ${seconds}'`;
    const script = `setsid sleep ${seconds} > /dev/null 2>&1 & (${deaf} &); exit 0`;
    const { end } = await run(variant, { command: shell(script) });
    expect(end).toEqual({ cause: "EXITED", exitCode: 0 });
    await expect.poll(() => processesWith(seconds)).toEqual([]);
  });

  test("bounds the workspace, in one file and in many", async () => {
    const one = await run(variant, {
      command: shell("dd if=/dev/zero of=big bs=1M count=64 2> /dev/null; stat -c %s big"),
      limits: { workspaceBytes: 4_194_304 },
    });
    expect(Number(one.stdout)).toBeLessThanOrEqual(4_194_304);
    const many = await run(variant, {
      command: shell("i=0; while :; do head -c 524288 /dev/zero > f$i || exit 7; i=$((i+1)); done"),
      limits: { workspaceBytes: 4_194_304 },
    });
    const full =
      has.workspace === "tmpfs" ? { cause: "EXITED", exitCode: 7 } : { cause: "WORKSPACE_FULL", exitCode: 137 };
    expect(many.end).toEqual(full);
  });

  test.runIf(has.limits.memory !== undefined)("bounds the memory of all processes together", async () => {
    const { end } = await run(variant, {
      command: shell("head -c 300000000 /dev/zero | tail > /dev/null"),
      limits: { memoryBytes: 67_108_864 },
    });
    // Not every engine tells why the kernel has killed a program.
    if (has.images) expect(end?.exitCode).toBe(137);
    else expect(end?.cause).toBe("OUT_OF_MEMORY");
    const control = await run(variant, {
      command: shell("head -c 10000000 /dev/zero | tail | wc -c"),
      limits: { memoryBytes: 67_108_864 },
    });
    expect([control.end?.cause, control.stdout.trim()]).toEqual(["EXITED", "10000000"]);
  });

  test("says that it could not be set up, and does not run the program", async () => {
    const { failed, end } = await run(variant, { command: shell("echo ran"), withoutWorkspace: true });
    if (has.filesystem) expect(failed).toMatch(/^SandboxFailed: /);
    else expect(failed ?? end?.exitCode).not.toBe(0);
  });
});
