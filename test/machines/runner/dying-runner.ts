// A runner that ends as by `kill -9`: before the effect with the given number is sent, or so many milliseconds later,
// while it is on its way. Run by crash.test.ts: node dying-runner.ts <url> <key> <effects> <ms, or -1 for before>
import { startRunner } from "../../../src/machines/runner/start-runner.ts";
import { createRules } from "../../../src/rpc/rules/rules.ts";

const [url = "", key = "", effects = "0", ms = "-1"] = process.argv.slice(2);
const rules = createRules();
let seen = 0;

const die = () => process.kill(process.pid, "SIGKILL");

startRunner({
  endpoint: url,
  key,
  leaseTtlMs: 300,
  checkRules: (schema, message) => rules.check(schema, message)?.violations ?? [],
  nowMs: () => Date.now(),
  onEvent(event) {
    if (event.type === "thrown") process.stderr.write(`a step is made again: ${event.error}\n`);
  },
  onEffect() {
    seen += 1;
    // 0: it lives until the test ends.
    if (seen !== Number(effects)) return;
    if (Number(ms) < 0) die();
    else setTimeout(die, Number(ms));
  },
});
