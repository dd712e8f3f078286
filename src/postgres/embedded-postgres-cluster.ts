// The files of one embedded cluster. A cluster that exists is complete: it is made under another name and then renamed,
// so a start that is killed may leave files behind but never a broken cluster. Every login needs the random password.
import { randomBytes } from "node:crypto";
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedPostgresError, isErrno } from "./embedded-postgres-error.ts";
import { runProgram } from "./embedded-postgres-process.ts";
import type { Runner } from "./embedded-postgres-programs.ts";

/** The role and the database of the server. The role is not a superuser; tests need CREATEDB for their templates. */
export const roleName = "asyncgate";
export const databaseName = "asyncgate";
const majorVersion = "18";
const passwordBytes = 24;

export type Cluster = {
  /** Postgres's own data directory (PGDATA). */
  readonly dataPath: string;
  readonly password: string;
  /** Part of the command line or title of each of its processes, to tell them from every other Postgres. */
  readonly name: string;
};

/**
 * How a program finds its cluster. On Linux, a server that runs as root sets the program's working directory before it
 * switches users, so the data may lie below a closed directory like /root.
 */
export function locationOf(dataPath: string, runner: Runner | undefined): { cwd: string; argument: string } {
  const isEntered = runner !== undefined && process.platform === "linux";
  return { cwd: dataPath, argument: isEntered ? "/proc/self/cwd" : dataPath };
}

export function dataPathOf(dataDir: string): string {
  return join(dataDir, "postgres", "data");
}

/** Only the owner of the data directory calls this. */
export async function openCluster(dataDir: string, onMake: () => Promise<MakeOptions>): Promise<Cluster> {
  const clusterPath = join(dataDir, "postgres");
  if (!(await exists(clusterPath))) {
    await removeUnfinished(dataDir);
    await makeCluster(dataDir, clusterPath, await onMake());
  }
  const dataPath = dataPathOf(dataDir);
  await checkVersion(dataPath);
  await writeLoginRules(dataPath);
  await removeDeadSockets(dataPath);
  const password = (await readFile(join(clusterPath, "password"), "utf8")).trim();
  return { dataPath, password, name: await clusterNameOf(dataPath) };
}

/** Derived from the directory and not from its path: moving the directory keeps the name, copying it changes it. */
export async function clusterNameOf(dataPath: string): Promise<string> {
  const { dev, ino } = await stat(dataPath);
  return `asyncgate-${dev.toString(36)}-${ino.toString(36)}`;
}

export type MakeOptions = {
  readonly programsDir: string;
  readonly runner: Runner | undefined;
};

async function makeCluster(dataDir: string, clusterPath: string, { programsDir, runner }: MakeOptions): Promise<void> {
  // A fresh name each time: an initdb whose server was killed may still be writing under the old one.
  const unfinishedPath = `${clusterPath}.new-${randomBytes(6).toString("hex")}`;
  const dataPath = join(unfinishedPath, "data");
  await mkdir(dataPath, { recursive: true, mode: 0o700 });
  if (runner !== undefined) await chown(dataPath, runner.uid, runner.gid);
  const { cwd, argument } = locationOf(dataPath, runner);
  const program = (name: string): string => join(programsDir, "bin", name);
  await runProgram(
    program("initdb"),
    // The builtin locale does not depend on the machine. Every login is refused until pg_hba.conf is written.
    [
      "-D",
      argument,
      "--username=postgres",
      "--auth=reject",
      "--encoding=UTF8",
      "--data-checksums",
      "--no-instructions",
    ].concat(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]),
    { cwd, runner },
  );
  const password = randomBytes(passwordBytes).toString("hex");
  await writeFile(join(unfinishedPath, "password"), `${password}\n`, { mode: 0o600, flush: true });
  // In single-user mode, so the superuser needs no password and can never log in.
  await runProgram(program("postgres"), ["--single", "-j", "-D", argument, "postgres"], {
    cwd,
    runner,
    input: `CREATE ROLE ${roleName} LOGIN CREATEDB PASSWORD '${password}';\n`,
  });
  await rename(unfinishedPath, clusterPath);
  await flushDirectory(dataDir);
}

/** At every start, so that a cluster of an earlier version gets the present rules. */
async function writeLoginRules(dataPath: string): Promise<void> {
  const rules = ["local all", "host all"].map((kind) => {
    const from = kind.startsWith("host") ? "127.0.0.1/32 " : "";
    return `${kind} ${roleName} ${from}scram-sha-256\n`;
  });
  await writeFile(join(dataPath, "pg_hba.conf"), rules.join(""), { flush: true });
}

/** The longest path of a socket that every system allows. */
const socketPathBytesMax = 103;

/**
 * The directory of the Unix socket: it costs a third of the CPU of a loopback connection. Undefined if its path would
 * be too long.
 */
export function socketDirectoryOf(dataPath: string, port: number): string | undefined {
  const path = join(dataPath, `${socketPrefix}${port}`);
  return Buffer.byteLength(path) <= socketPathBytesMax ? dataPath : undefined;
}

const socketPrefix = ".s.PGSQL.";

/** A killed Postgres leaves its socket behind, and the next one may use another port. */
async function removeDeadSockets(dataPath: string): Promise<void> {
  for (const name of await readdir(dataPath)) {
    if (name.startsWith(socketPrefix)) await rm(join(dataPath, name), { force: true });
  }
}

async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith("postgres.new-")) continue;
    try {
      await rm(join(dataDir, name), { recursive: true, force: true });
    } catch (error) {
      // Its initdb may still be writing; it ends soon, and the next start that makes a cluster removes the rest.
      if (!isErrno(error, "ENOTEMPTY", "EBUSY")) throw error;
    }
  }
}

async function checkVersion(dataPath: string): Promise<void> {
  const found = (await readFile(join(dataPath, "PG_VERSION"), "utf8")).trim();
  if (found === majorVersion) return;
  throw new EmbeddedPostgresError(
    "data_dir_unusable",
    `${dataPath} holds data of Postgres ${found}, but the embedded one is ${majorVersion}: ` +
      "move the data with pg_dump and pg_restore, or start with another data directory",
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}

async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
