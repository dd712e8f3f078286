// What `make test` prints: a line for each file, the laws with the tests that hold them, each failure, the command that
// repeats the failures, and the counts. Failures come last because often only the end of a long output is kept.
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from "vitest/node";

const lawsCount = 17;
const messageLinesMax = 25;

type Failure = { readonly title: string; readonly errors: readonly SerializedError[] };

/** Vitest calls this with `new`, and takes the object. */
export default function createReporter(): Reporter {
  const isTerminal = process.stdout.isTTY === true;
  let context: Vitest | undefined;
  let isWhole = false;
  return {
    onInit(vitest) {
      context = vitest;
    },
    async onTestRunStart(specifications) {
      isWhole = specifications.length === (await context?.globTestSpecifications())?.length;
    },
    // On a terminal vitest's own reporter shows the progress.
    onTestModuleEnd(module) {
      if (!isTerminal) print(fileLine(module));
    },
    onUserConsoleLog({ content }) {
      if (!isTerminal) process.stdout.write(content);
    },
    onTestRunEnd(modules, unhandled) {
      const tests = modules.flatMap(({ children }) => [...children.allTests()]);
      const passed = tests.filter((test) => test.result().state === "passed").length;
      const failures = modules.flatMap(failuresOf);
      if (unhandled.length > 0) failures.push({ title: "outside of any test", errors: unhandled });
      if (isWhole) printLaws(tests);
      for (const failure of failures) printFailure(failure);
      const failedFiles = modules.filter((module) => !module.ok()).map(pathOf);
      if (failures.length > 0 && context) printRepeat(context, isWhole && failedFiles.length > 9 ? [] : failedFiles);
      print(`\n${passed} passed, ${failures.length} failed`);
      if (passed === 0) process.exitCode = 1;
    },
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function pathOf({ moduleId }: TestModule): string {
  return relative(process.cwd(), moduleId);
}

function fileLine(module: TestModule): string {
  const seconds = (module.diagnostic().duration / 1_000).toFixed(1);
  const failed = [...module.children.allTests("failed")].map(({ fullName }) => `\n    ✗ ${fullName}`);
  const count = [...module.children.allTests()].length;
  return `${module.ok() ? "✓" : "✗"} ${pathOf(module)}, ${count} tests, ${seconds} s${failed.join("")}`;
}

function printLaws(tests: readonly TestCase[]): void {
  print("\nThe laws, each with the tests that hold it:");
  for (let number = 1; number <= lawsCount; number += 1) {
    const prefix = `law ${number}: `;
    const held = tests.filter(({ name }) => name.startsWith(prefix));
    print(`law ${number}`);
    for (const test of held) {
      const mark = test.result().state === "passed" ? "✓" : "✗";
      print(`  ${mark} ${test.name.slice(prefix.length)} (${pathOf(test.module)})`);
    }
    if (held.length === 0) print("  no test yet");
  }
}

/** A file or a suite that could not run has errors of its own, and no test that failed. */
function failuresOf(module: TestModule): Failure[] {
  const path = pathOf(module);
  const failures: Failure[] = [];
  for (const test of module.children.allTests("failed")) {
    failures.push({ title: `${path}: ${test.fullName}`, errors: test.result().errors ?? [] });
  }
  for (const part of [module, ...module.children.allSuites()]) {
    const errors = part.errors();
    if (errors.length > 0) failures.push({ title: part.type === "module" ? path : `${path}: ${part.name}`, errors });
  }
  return failures;
}

function printFailure({ title, errors }: Failure): void {
  const lines = stripVTControlCharacters(errors.map(textOf).join("\n"))
    .split("\n")
    .filter((line) => !/^ +at .*(node_modules|new Promise)/.test(line))
    .slice(0, messageLinesMax);
  print(`\nFAILED ${title}\n${lines.map((line) => `  ${line}`).join("\n")}`);
}

/** The cause of a property's failure is the assertion that its counterexample breaks. */
function textOf({ stack, message, diff, cause }: SerializedError): string {
  const text = diff === undefined ? (stack ?? message) : `${stack ?? message}\n${diff}`;
  return cause === undefined ? text : `${text}\nCaused by: ${textOf(cause)}`;
}

function printRepeat({ config }: Vitest, files: readonly string[]): void {
  const { seed, runs } = config.provide;
  print(`\nRepeat with: SEED=${seed}${runs === 1 ? "" : ` RUNS=${runs}`} make test ARGS="${files.join(" ")}"`);
}
