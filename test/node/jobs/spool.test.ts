// The spool: whose it is, and what is taken along from it.
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { LeasedTaskSchema } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { createJson, isAlive, ownMark, readJson } from "../../../src/node/jobs/place.ts";
import { makePlace, openSpool, removePlace, SpoolRefused } from "../../../src/node/jobs/spool.ts";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-spool-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const leased = create(LeasedTaskSchema, { task: { taskId: "task" }, lease: { leaseId: "lease", token: "secret" } });

test("has one node at a time, and is free as soon as that is done with it", async () => {
  const folder = await makeFolder();
  const spool = await openSpool(folder);
  await expect(openSpool(folder)).rejects.toThrow(SpoolRefused);
  await expect(openSpool(join(folder, "..", folder.split("/").at(-1) ?? ""))).rejects.toThrow(/another node/);
  spool.release();
  await expect.poll(() => openSpool(folder).then((again) => again.release())).toBeUndefined();
});

test("is refused where another user could change it", async () => {
  const folder = await makeFolder();
  await chmod(folder, 0o777);
  await expect(openSpool(folder)).rejects.toThrow(/no other user may write there/);
  await chmod(folder, 0o755);
  const link = `${folder}-link`;
  await symlink(folder, link);
  onTestFinished(() => rm(link, { force: true }));
  const spool = await openSpool(link);
  spool.release();
});

test("takes along the jobs that were begun, and clears what was not", async () => {
  const folder = await makeFolder();
  const spool = await openSpool(folder);
  onTestFinished(() => spool.release());
  const place = spool.place("0198");
  await makePlace(place, { leased }, { job: {} });
  const [left] = await spool.left();
  expect(left?.place).toEqual(place);
  expect(left?.leased).toEqual(leased);
  await mkdir(join(folder, "jobs", "0199"));
  await writeFile(join(folder, "jobs", "0199", "leased.bin"), "");
  expect((await spool.left()).map((one) => one.place.leaseId)).toEqual(["0198"]);
  expect(await readdir(join(folder, "jobs"))).toEqual(["0198"]);
});

test("a workspace that its program has locked is removed all the same", async () => {
  const folder = await makeFolder();
  const spool = await openSpool(folder);
  onTestFinished(() => spool.release());
  const place = spool.place("0198");
  await makePlace(place, { leased }, {});
  await mkdir(join(place.workspace, "a", "b"), { recursive: true });
  await writeFile(join(place.workspace, "a", "b", "c"), "");
  await chmod(join(place.workspace, "a", "b"), 0);
  await chmod(join(place.workspace, "a"), 0);
  await removePlace(place);
  expect(await readdir(join(folder, "jobs"))).toEqual([]);
});

test("of two processes that write a file, one does", async () => {
  const file = join(await makeFolder(), "mark.json");
  expect(await createJson(file, { by: 1 })).toBe(true);
  expect(await createJson(file, { by: 2 })).toBe(false);
  expect(await readJson(file)).toEqual({ by: 1 });
});

test("a process is itself as long as it runs, and its number alone is not enough", () => {
  const own = ownMark();
  expect(isAlive(own)).toBe(true);
  expect(isAlive({ ...own, startTicks: "1" })).toBe(false);
  expect(isAlive({ pid: 2 ** 22 + 1, startTicks: own.startTicks })).toBe(false);
  expect(isAlive(undefined)).toBe(false);
});
