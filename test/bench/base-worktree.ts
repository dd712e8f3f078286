// Another commit of this repository in a worktree of its own, to compare with.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tell } from "./measure.ts";

export const headRoot = fileURLToPath(new URL("../../", import.meta.url));

function git(...args: string[]): string {
  return execFileSync("git", ["-C", headRoot, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** Packages are shared when both pin the same, as the lock file says. */
export function checkOutBase(commit: string): string {
  const base = mkdtempSync(join(tmpdir(), "asyncgate-base-"));
  git("worktree", "add", "--detach", "--force", base, commit);
  tell(`base: ${git("log", "-1", "--format=%h %s", commit)}`);
  const lockOf = (root: string) => readFileSync(join(root, "package-lock.json"), "utf8");
  if (lockOf(base) === lockOf(headRoot)) symlinkSync(join(headRoot, "node_modules"), join(base, "node_modules"));
  else execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: base, stdio: ["ignore", "ignore", "inherit"] });
  if (!existsSync(join(base, "test/bench/run.ts"))) throw new Error(`${commit} has no benchmark to compare with`);
  return base;
}

export function removeBase(base: string): void {
  git("worktree", "remove", "--force", base);
  rmSync(base, { recursive: true, force: true });
}
