// The languages: whether a machine has what the driver needs, and how it is built and started. A further language is
// one entry here and one program in drivers/.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const drivers = fileURLToPath(new URL("drivers/", import.meta.url));

export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};

export type Language = {
  /** Why it cannot run on this machine; undefined if it can. */
  missing(): string | undefined;
  /** Builds what is not built yet; optimized for benchmarks, where that takes longer. */
  build(options?: { readonly isOptimized?: boolean }): Program;
};

export const languages: Readonly<Record<string, Language>> = {
  typescript: {
    missing: () => undefined,
    build: () => ({ command: process.execPath, args: [`${drivers}typescript.ts`] }),
  },
  python: {
    missing: () =>
      runs("python3", "-c", "import sys, venv; sys.exit(sys.version_info < (3, 11))")
        ? undefined
        : "Python 3.11 with venv is missing",
    build() {
      execFileSync(`${root}.ci/install-tools`, ["python-kit"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
      return {
        command: `${root}.tools/python-kit/bin/python`,
        args: [`${drivers}python.py`],
        env: { PYTHONPATH: `${root}clients/python/src`, PYTHONDONTWRITEBYTECODE: "1" },
      };
    },
  },
  go: {
    missing: () => (runs("go", "version") ? undefined : "Go is missing"),
    build() {
      const program = `${root}.tools/go-kit/conformance-driver`;
      execFileSync("go", ["build", "-o", program, "."], {
        cwd: `${drivers}go`,
        stdio: ["ignore", "ignore", "inherit"],
      });
      return { command: program, args: [] };
    },
  },
  java: {
    missing: () =>
      runs("mvn", "-v") && runs("javac", "--release", "17", "-version") ? undefined : "Maven or a JDK 17 is missing",
    build() {
      execFileSync(`${root}.ci/install-tools`, ["java-kit"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
      return { command: "java", args: [`@${root}.tools/java-kit/java.args`] };
    },
  },
  rust: {
    missing: () => (runs("cargo", "--version") ? undefined : "cargo is missing"),
    build({ isOptimized = false } = {}) {
      const profile = isOptimized ? ["--release"] : [];
      const args = ["build", "--quiet", "--locked", "--package", "conformance-driver", ...profile];
      execFileSync("cargo", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
      return { command: `${root}.tools/cargo/${isOptimized ? "release" : "debug"}/conformance-driver`, args: [] };
    },
  },
};

function runs(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
