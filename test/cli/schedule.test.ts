// `asyncgate schedule …` and `asyncgate scheduler` against a server.
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { schedulePreview } from "../../src/cli/schedule/preview.ts";
import * as verbs from "../../src/cli/schedule/schedule.ts";
import { scheduler } from "../../src/cli/scheduler.ts";
import { openEngineServer } from "../rpc/engine-server.ts";
import { runCommand } from "./terminal.ts";

/** With the command that is a scheduler, until the test ends. */
async function open() {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const tenantId = await makeTenant("acme");
  const keyed = async (role: Role) => ({ ASYNCGATE_URL: url, ASYNCGATE_API_KEY: await makeKey(tenantId, role) });
  const environment = await keyed(Role.TASKER);
  const interrupt = new AbortController();
  const running = runCommand(scheduler, [], await keyed(Role.SCHEDULER), undefined, interrupt.signal);
  onTestFinished(async () => {
    interrupt.abort();
    expect((await running).code).toBe(0);
  });
  const run = (command: typeof scheduler, ...args: string[]) => runCommand(command, args, environment);
  return { run, keyed };
}

test("a schedule is created, seen, changed, fired and deleted", async () => {
  const { run } = await open();
  const payload = '{"n": "{{count}}"}';
  const flags = [
    "--cron",
    "0 3 * * *",
    "--tz",
    "Asia/Tokyo",
    "--type",
    "report",
    "--payload",
    payload,
    "--overlap",
    "allow-all",
  ];
  const made = await run(verbs.scheduleCreate, "nightly", ...flags);
  expect(made.printed).toMatch(/^nightly: 0 3 \* \* \* Asia\/Tokyo\n {2}next run +\S+T18:00:00Z\n {2}runs +fired 0\n/);
  expect(made.said).toBe("");
  expect((await run(verbs.scheduleList)).printed).toMatch(
    /\nnightly +0 3 \* \* \* Asia\/Tokyo +\S+Z +0 +report +human:alice$/,
  );
  expect((await run(verbs.schedulePause, "nightly", "--note", "holidays")).printed).toContain("paused (holidays)");
  expect((await run(verbs.scheduleTrigger, "nightly")).printed).toContain("runs       fired 1");
  expect((await run(verbs.scheduleRuns, "nightly")).printed).toMatch(/\n1 +\S+ +\S+ +triggered +QUEUED +\S+$/);
  expect((await run(verbs.scheduleResume, "nightly")).printed).toContain("T18:00:00Z");
  expect((await run(verbs.scheduleUpdate, "nightly", "--every", "90s")).printed).toMatch(/^nightly: every 90s\n/);
  const skipped = JSON.parse((await run(verbs.scheduleSkip, "nightly", "--runs", "2", "--json")).printed);
  expect(skipped).toMatchObject({ schedule: { generation: "2" } });
  const filled = await run(
    verbs.scheduleBackfill,
    "nightly",
    "--from",
    "2026-11-01T00:00:00Z",
    "--to",
    "2026-11-01T00:01:00Z",
  );
  expect(filled.printed).toContain("fired 2");
  expect((await run(verbs.scheduleDelete, "nightly", "--reason", "done")).printed).toContain("canceled");
  expect((await run(verbs.scheduleGet, "nightly")).printed).toContain("next run   canceled");
  expect((await run(verbs.scheduleList)).printed).toBe("there are no schedules");
});

test("a preview shows offsets, what clocks do to runs, and five weeks as a picture", async () => {
  const { run } = await open();
  const { printed } = await run(
    schedulePreview,
    "30 2 * * *",
    "--tz",
    "Europe/Berlin",
    "--after",
    "2027-03-26T12:00:00Z",
    "--count",
    "3",
  );
  expect(printed.split("\n")).toEqual([
    "   local time               offset  UTC",
    "─  ───────────────────────  ──────  ────────────────────  ───────────────────────────────────────────",
    "1  Sat 2027-03-27 02:30:00  +01:00  2027-03-27T01:30:00Z",
    "2  Sun 2027-03-28 03:00:00  +02:00  2027-03-28T01:00:00Z  ◄ clocks have changed; 02:30 does not exist",
    "3  Mon 2027-03-29 02:30:00  +02:00  2027-03-29T00:30:00Z",
    "",
    "Mon   Tue   Wed   Thu   Fri   Sat   Sun   runs a day",
    "22    23    24    25    26    27    28!     2027-03",
    "·     ·     ·     ·     ·     █1    █1",
    "29    30    31    1     2     3     4       2027-04",
    "█1    █1    █1    █1    █1    █1    █1",
    ...[
      "5     6     7     8     9     10    11",
      "12    13    14    15    16    17    18",
      "19    20    21    22    23    24    25",
    ].flatMap((week) => [week, "█1    █1    █1    █1    █1    █1    █1"]),
  ]);
  const often = await run(schedulePreview, "* * * * *", "--after", "2027-03-26T12:00:00Z", "--count", "1");
  expect(often.printed).toMatch(/runs a day, counted until 2027-03-27\n.*\n· +· +· +· +█719 +… +…\n/);
  const none = await run(schedulePreview, "--at", "2027-03-26T12:00:00Z", "--after", "2027-03-26T12:00:00Z").catch(
    String,
  );
  expect(none).toMatch(/never fires/);
});

test("mistakes are told", async () => {
  const { run, keyed } = await open();
  await expect(run(verbs.scheduleCreate, "s", "--type", "x")).rejects.toThrow(/when\? give --cron/);
  await expect(run(verbs.scheduleCreate, "s", "--every", "1h")).rejects.toThrow(/what\? give --type/);
  await expect(run(verbs.scheduleCreate, "s", "--every", "soon", "--type", "x")).rejects.toThrow(
    /--every takes a time/,
  );
  await expect(run(verbs.schedulePause)).rejects.toThrow(/expected the id of a schedule/);
  await expect(run(verbs.schedulePause, "s", "--cron", "x")).rejects.toThrow(/cron/);
  await expect(run(verbs.scheduleGet, "none")).rejects.toThrow(/TASK_NOT_FOUND/);
  await expect(run(schedulePreview, "61 * * * *")).rejects.toThrow(/minute 61 in `61 \* \* \* \*`, column 1/);
  await expect(run(schedulePreview, "0", "2", "*")).rejects.toThrow(/in quotes/);
  await expect(run(schedulePreview)).rejects.toThrow(/give a cron expression/);
  await expect(runCommand(scheduler, [], await keyed(Role.OBSERVER))).rejects.toThrow(/PERMISSION_DENIED/);
});
