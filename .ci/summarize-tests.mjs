// Reads vitest's report: prints the laws by number with the tests that hold each, what failed and how, and the line
// that counts. What failed stands last: of a long output often only the end is kept.
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

const messageLinesMax = 20;
for (const file of report.testResults) {
  const name = file.name.replace(`${process.cwd()}/`, "");
  const failed = file.assertionResults.filter(({ status }) => status === "failed");
  // A file that could not be run has a message of its own and no test that failed.
  if (failed.length === 0 && file.status === "failed") tell(name, [file.message]);
  for (const { fullName, failureMessages } of failed) tell(`${name}: ${fullName}`, failureMessages);
}

function tell(what, messages) {
  const own = messages
    .join("\n")
    .split("\n")
    .filter((line) => !/^ +at .*(node_modules|new Promise)/.test(line));
  const lines = own.slice(0, messageLinesMax);
  process.stdout.write(`\nFAILED ${what}\n${lines.map((line) => `  ${line}\n`).join("")}`);
}

process.stdout.write(`\n${report.numPassedTests} passed, ${report.numFailedTests} failed\n`);
if (report.numPassedTests === 0 || !report.success) process.exitCode = 1;
