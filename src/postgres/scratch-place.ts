// Where temporary clusters lie: in memory where there is room and nothing else was asked for, otherwise where temporary
// files are. A database is cloned for each test, as a thousand files: several times as fast in memory as on a disk.
import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const memoryPlace = "/dev/shm";
/** What a whole run of the tests needs, several times over. Containers often have 64 MiB there. */
const memoryFreeMin = 4 * 1024 ** 3;

export function scratchPlace(): string {
  if (process.env["TMPDIR"] !== undefined || !existsSync(memoryPlace)) return tmpdir();
  const { bavail, bsize } = statfsSync(memoryPlace);
  return bavail * bsize >= memoryFreeMin ? memoryPlace : tmpdir();
}
