// The supervisor of a job, as the program that a node starts: what is in the spool afterwards, whatever happens to it.
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { LeasedTaskSchema } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { machineMs } from "../../../src/node/jobs/alive.ts";
import { type Ended, type JobPlace, readJson } from "../../../src/node/jobs/place.ts";
import { makePlace, openSpool, removePlace } from "../../../src/node/jobs/spool.ts";
import type { SuperviseRequest } from "../../../src/node/jobs/supervise.ts";
import { createDriver, type DriverChoice, findSurroundings } from "../../../src/node/sandbox/create-driver.ts";
import type { SandboxJob } from "../../../src/node/sandbox/driver.ts";
import { processesWith } from "../sandbox/sandboxes.ts";

const program = fileURLToPath(new URL("../../../src/node/jobs/supervise-main.ts", import.meta.url));
const usersFrom = 220_000;
const uniqueSeconds = () => `${randomInt(300, 400)}.${randomInt(1, 2 ** 40)}`;

type Init = Partial<Pick<SuperviseRequest, "outputBytes" | "files" | "orphanMs">> & {
  readonly job?: Partial<SandboxJob>;
};

type Supervised = {
  readonly place: JobPlace;
  readonly spool: string;
  readonly process: ChildProcess;
  readonly ended: Promise<Ended | undefined>;
};

/** The sandbox that hides most, of those that work here. */
async function choose(scratch: string) {
  const surroundings = await findSurroundings({ scratch, usersFrom });
  const bubblewrap: DriverChoice = { name: "bubblewrap", readOnly: [] };
  const works = "capabilities" in (await createDriver(bubblewrap, surroundings).probe());
  const choice: DriverChoice = works ? bubblewrap : { name: "process" };
  return { surroundings, choice };
}

async function supervise(script: string, init: Init = {}): Promise<Supervised> {
  const folder = await mkdtemp("/tmp/asyncgate-supervise-");
  const spool = await openSpool(folder);
  const place = spool.place(randomUUID());
  await chmod(folder, 0o711);
  await writeFile(join(folder, "alive"), String(machineMs()));
  const { surroundings, choice } = await choose(spool.scratch);
  onTestFinished(async () => {
    await createDriver(choice, surroundings).sweep(place.leaseId);
    await removePlace(place);
    await rm(folder, { recursive: true, force: true });
  });
  const { job, files = [], outputBytes = 1_000_000, orphanMs = 3_600_000 } = init;
  const request: SuperviseRequest = {
    job: {
      id: place.leaseId,
      command: ["/bin/sh", "-c", script],
      env: { PATH: "/usr/bin:/bin" },
      workspace: place.workspace,
      network: "NONE",
      limits: { pids: 64, openFiles: 64, workspaceBytes: 4_194_304 },
      timeoutMs: 60_000,
      graceMs: 100,
      ...(surroundings.isRoot && { uid: usersFrom }),
      ...job,
    },
    driver: choice,
    usersFrom,
    isMounted: surroundings.mountsWorkspaces,
    withoutLimiter: surroundings.limiter.name === "rlimits",
    outputBytes,
    files,
    spool: folder,
    scratch: spool.scratch,
    orphanMs,
  };
  await makePlace(place, { leased: create(LeasedTaskSchema) }, request);
  const child = spawn(process.execPath, [program, place.folder], { stdio: ["ignore", "inherit", "inherit"] });
  const ended = once(child, "exit").then(() => readJson<Ended>(place.ended));
  return { place, spool: folder, process: child, ended };
}

test("keeps what a job prints, and how it ended", async () => {
  const { place, ended } = await supervise("printf 'a\\0b'; echo no >&2; exit 3");
  const end = await ended;
  expect(end).toEqual({
    end: {
      cause: "EXITED",
      exitCode: 3,
      started: expect.any(String),
      ended: expect.any(String),
      printed: { stdout: { bytes: 3, truncated: false }, stderr: { bytes: 3, truncated: false } },
    },
  });
  expect([...(await readFile(place.stdout))]).toEqual([97, 0, 98]);
  expect(await readFile(place.stderr, "utf8")).toBe("no\n");
});

test("a flood fills only its room, and the job goes on to its end", async () => {
  const { place, ended } = await supervise("yes | head -c 30000000; echo last >&2", { outputBytes: 100_001 });
  const end = await ended;
  expect(end).toMatchObject({
    end: { exitCode: 0, printed: { stdout: { bytes: 30_000_000, truncated: true }, stderr: { truncated: false } } },
  });
  expect(await readFile(place.stdout, "utf8")).toBe("y\n".repeat(50_001).slice(0, 100_001));
});

test("a flood without end is ended by its time-out", async () => {
  const { ended } = await supervise("yes", { outputBytes: 1_000, job: { timeoutMs: 700 } });
  expect(await ended).toMatchObject({ end: { cause: "TIMED_OUT", printed: { stdout: { truncated: true } } } });
});

test("gives a job its files, as its own", async () => {
  const files = [
    { path: "data/deep/in.txt", base64: Buffer.from("given").toString("base64"), isExecutable: false },
    { path: "run", base64: Buffer.from("#!/bin/sh\ncat data/deep/in.txt\n").toString("base64"), isExecutable: true },
  ];
  const { place, ended } = await supervise("./run; rm -r data && echo ' removed'", { files });
  expect(await ended).toMatchObject({ end: { exitCode: 0 } });
  expect(await readFile(place.stdout, "utf8")).toBe("given removed\n");
});

test("more files than there is room for are no job, and that is told", async () => {
  const base64 = Buffer.alloc(5_000_000).toString("base64");
  const { ended } = await supervise("echo ran", { files: [{ path: "big", base64, isExecutable: false }] });
  const end = await ended;
  expect(end !== undefined && ("failed" in end ? end.failed : end.end.cause)).toMatch(/ENOSPC|WORKSPACE_FULL/);
});

test("ends the job when the node says so", async () => {
  const seconds = uniqueSeconds();
  const { place, ended, process: child } = await supervise(`echo up; sleep ${seconds}`);
  await expect.poll(async () => await readFile(place.stdout, "utf8").catch(() => "")).toBe("up\n");
  await writeFile(place.stop, JSON.stringify({ graceMs: 60_000 }));
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ end: { cause: "STOPPED", exitCode: 143 } });
  await expect.poll(() => processesWith(seconds)).toEqual([]);
});

test("a signal without the node's word ends nothing", async () => {
  const { place, ended, process: child } = await supervise("echo up; while ! test -e go; do sleep 0.05; done");
  await expect.poll(async () => await readFile(place.stdout, "utf8").catch(() => "")).toBe("up\n");
  child.kill("SIGTERM");
  child.kill("SIGINT");
  await writeFile(join(place.workspace, "go"), "");
  expect(await ended).toMatchObject({ end: { cause: "EXITED", exitCode: 0 } });
});

test("ends the job when its node is gone for longer than it may be", async () => {
  const seconds = uniqueSeconds();
  const { ended } = await supervise(`sleep ${seconds}`, { orphanMs: 1_000 });
  expect(await ended).toMatchObject({ end: { cause: "STOPPED", exitCode: 137 } });
  expect(processesWith(seconds)).toEqual([]);
});

test("killed itself, takes the job along", async () => {
  const seconds = uniqueSeconds();
  const script = `setsid sleep ${seconds} & echo up; sleep ${seconds}`;
  const { place, ended, process: child } = await supervise(script);
  await expect.poll(async () => await readFile(place.stdout, "utf8").catch(() => "")).toBe("up\n");
  expect(processesWith(seconds).length).toBeGreaterThan(0);
  child.kill("SIGKILL");
  expect(await ended).toBeUndefined();
  await expect.poll(() => processesWith(seconds)).toEqual([]);
});
