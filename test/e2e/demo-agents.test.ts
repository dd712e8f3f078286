// `make demo-agents`, as it stands: real processes, a tree with dependencies, one report that is rejected and done
// again, and an executor that cannot close its own work.
import { expect, test } from "vitest";
import { run } from "./dev-server.ts";

test("the demo of agents prints what has happened, and leaves nothing running", { timeout: 180_000 }, async () => {
  const printed = await run(process.execPath, ["src/main.ts", "demo", "agents"]);
  const lines = printed.split("\n");
  for (const line of [
    'lead: text.write goes to writer. A tool of writer makes tasks of the type "text.write". No other agent matches.',
    'writer: has done text.write: {"text":["what leases are"]}, which is VERIFYING',
    "writer: asks for the verification of its own work, and gets 0 tasks",
    "checker: rejects the text: it lacks when leases end",
    "writer: reads why its text was rejected: It lacks when leases end.",
    "checker: accepts the text",
    "Open obligations of human:dev-operator: 0",
  ]) {
    expect(lines).toContain(line);
  }
  expect(printed).toMatch(/^writer: is refused to close its own work: [A-Z_]+: /m);
  expect(printed).toMatch(/^ {2}page\.publish {2}SUCCEEDED/m);
  expect(printed).toMatch(/├─ text\.write {2}SUCCEEDED {2}attempt 2/);
  expect(printed).toMatch(/verify {2}SUCCEEDED/);
  // The service closes the task by the verdict; the executor has only reported.
  const text = printed.slice(printed.indexOf("The ledger of the text"), printed.indexOf("The ledger of the whole"));
  expect(text.match(/task\.reported +worker:writer/g)).toHaveLength(2);
  expect(text.match(/verdict\.given +agent:checker/g)).toHaveLength(2);
  expect(text).toMatch(/task\.completed +service:asyncgate/);
  expect(text).not.toMatch(/task\.completed +worker:writer/);
});
