// An image for containers made of this machine's own programs: no registry is asked.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export const imageName = "localhost/asyncgate-test:latest";

const programs = [
  ...["bash", "cat", "chmod", "dash", "dd", "env", "grep", "head", "id", "ls", "mkdir", "printf", "rm", "seq"],
  ...["setsid", "sleep", "stat", "tail", "touch", "true", "wc", "yes"],
];

/** Undefined when it is there, else why not. */
export async function importImage(engine: string): Promise<string | undefined> {
  const folder = await mkdtemp("/tmp/asyncgate-image-");
  try {
    await execute(engine, ["info"], { timeout: 20_000 });
    const root = join(folder, "root");
    for (const name of ["usr/bin", "tmp", "proc", "dev", "sys", "workspace", "etc", "run"]) {
      await mkdir(join(root, name), { recursive: true });
    }
    await symlink("usr/bin", join(root, "bin"));
    for (const name of programs) await copyProgram(root, `/usr/bin/${name}`);
    await symlink("dash", join(root, "usr/bin/sh"));
    const archive = join(folder, "root.tar");
    await execute("tar", ["-C", root, "-cf", archive, "."]);
    await execute(engine, ["import", archive, imageName], { timeout: 120_000 });
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** With the libraries that it loads, at the places where they are looked for. */
async function copyProgram(root: string, file: string): Promise<void> {
  const found = await realpath(file).catch(() => realpath(file.replace("/usr/bin", "/bin")));
  await cp(found, join(root, file));
  const { stdout } = await execute("ldd", [found]);
  for (const [, library = ""] of stdout.matchAll(/(\/\S+) \(0x/g)) {
    const place = join(root, library);
    await mkdir(dirname(place), { recursive: true });
    await cp(await realpath(library), place);
  }
}
