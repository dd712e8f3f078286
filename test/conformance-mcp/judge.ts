// What a run of the conformance program comes to, beside what is expected of it. The program itself forgives failures
// of scenarios that a revision does not require, and all warnings; here each needs its reason.
import type { Expected } from "./expected-failures.ts";

/** One check of the program's report. */
export type Check = { readonly id: string; readonly status: string; readonly errorMessage?: string };

export type Verdict = {
  readonly passed: number;
  /** Scenarios of which only such checks failed as were expected to. */
  readonly failedAsExpected: number;
  readonly failed: number;
  /** Scenarios in which the program checked nothing. */
  readonly skipped: number;
  /** What must not be, a line each. Empty when all is well. */
  readonly faults: readonly string[];
  /** What failed as expected, with its reason. */
  readonly excused: readonly string[];
};

const failing: ReadonlySet<string> = new Set(["FAILURE", "WARNING"]);

export function judge(
  scenarios: ReadonlyMap<string, readonly Check[]>,
  { scenarios: count, failures }: Expected,
): Verdict {
  const faults: string[] = [];
  const failedChecks = new Set<string>();
  const counts = { passed: 0, failedAsExpected: 0, failed: 0, skipped: 0 };
  for (const [scenario, checks] of scenarios) {
    const failed = new Map(
      checks.filter(({ status }) => failing.has(status)).map((check) => [`${scenario}:${check.id}`, check]),
    );
    for (const name of failed.keys()) failedChecks.add(name);
    const surprises = [...failed].filter(([name]) => !Object.hasOwn(failures, name));
    faults.push(...surprises.map(([name, { errorMessage = "failed" }]) => `${name}: ${errorMessage}`));
    if (surprises.length > 0) counts.failed += 1;
    else if (failed.size > 0) counts.failedAsExpected += 1;
    else if (checks.some(({ status }) => status === "SUCCESS")) counts.passed += 1;
    else counts.skipped += 1;
  }
  const stale = Object.keys(failures).filter((name) => !failedChecks.has(name));
  faults.push(...stale.map((name) => `${name}: is expected to fail, and does not`));
  if (scenarios.size !== count) faults.push(`${scenarios.size} scenarios ran, and not ${count}`);
  const excused = Object.entries(failures).filter(([name]) => failedChecks.has(name));
  return { ...counts, faults, excused: excused.map(([name, reason]) => `${name}: ${reason}`) };
}
