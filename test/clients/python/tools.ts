// The tools of the Python kit: its virtual environment, with the versions in clients/python/requirements-dev.txt.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
export const kitFolder = `${root}clients/python`;
export const python = `${root}.tools/python-kit/bin/python`;

/** Why the tests of the kit cannot run here; undefined if they can. CI has Python. */
export function missingPython(): string | undefined {
  if (process.env["CI"] === "true") return undefined;
  try {
    execFileSync("python3", ["-c", "import sys, venv; sys.exit(sys.version_info < (3, 11))"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "Python 3.11 with venv is missing";
  }
}

/** Does nothing if they are installed. */
export function installTools(): void {
  execFileSync(".ci/install-tools", ["python-kit"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}
