// Reads vitest's report: prints the laws by number with the tests that hold each, and the line that counts.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const lawsTotal = 17;
const laws = new Map(Array.from({ length: lawsTotal }, (_, index) => [index + 1, []]));
for (const file of report.testResults) {
  for (const { title, status } of file.assertionResults) {
    const law = /^law (\d+): (.*)$/.exec(title);
    if (law) laws.get(Number(law[1]))?.push({ what: law[2], status, file: file.name.replace(`${process.cwd()}/`, "") });
  }
}
const isWhole = process.argv.length <= 3;
if (isWhole) {
  process.stdout.write("\nThe laws, each with the tests that hold it:\n");
  for (const [number, tests] of laws) {
    process.stdout.write(`law ${number}\n`);
    for (const { what, status, file } of tests) {
      process.stdout.write(`  ${status === "passed" ? "✓" : "✗"} ${what} (${file})\n`);
    }
    if (tests.length === 0) process.stdout.write("  no test yet\n");
  }
}
process.stdout.write(`\n${report.numPassedTests} passed, ${report.numFailedTests} failed\n`);
if (report.numPassedTests === 0 || !report.success) process.exitCode = 1;
