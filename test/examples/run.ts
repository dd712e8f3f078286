// `make examples`: runs each machine of examples/machines with its scripted agents, on one server, and compares what it
// comes to with what it should. Prints a line per example; ends with 1 if one differs.
import { readdir, readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { JsonValue } from "@bufbuild/protobuf";
import { machineIn } from "../../src/cli/machine/document.ts";
import { readAgents, withAgents, withLocalServer } from "../../src/cli/machine/local.ts";
import { execute } from "../../src/cli/machine/run.ts";
import { contextOf } from "./context.ts";

const folder = "examples/machines";

type Expected = { readonly input: JsonValue; readonly output: JsonValue };

const states: string[] = [];
const context = contextOf((line) => void states.push(line.trim()));

const expected = JSON.parse(await readFile(`${folder}/expected.json`, "utf8")) as Readonly<Record<string, Expected>>;
const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml") && !name.endsWith(".agents.yaml"));
const names = files.map((name) => name.replace(".yaml", "")).sort();
const unknown = [
  ...names.filter((name) => !expected[name]),
  ...Object.keys(expected).filter((name) => !names.includes(name)),
];
if (unknown.length > 0) throw new Error(`${unknown.join(", ")}: expected.json and the folder differ`);

const differing = await withLocalServer(context, async (local) => {
  const wrong: string[] = [];
  for (const name of names) {
    states.length = 0;
    const startedMs = performance.now();
    const machine = await machineIn(`${folder}/${name}.yaml`);
    const agents = await readAgents(`${folder}/${name}.agents.yaml`);
    const { input, output } = expected[name] ?? { input: {}, output: null };
    const finished = await withAgents(local, agents, () =>
      execute(local.client, context, machine, { input, script: agents.script }),
    );
    const isAsExpected = finished.state === "SUCCEEDED" && isDeepStrictEqual(finished.output, output);
    const took = `${Math.round(performance.now() - startedMs)} ms`;
    console.log(
      `${isAsExpected ? "ok  " : "FAIL"} ${name.padEnd(20)} ${String(finished.steps).padStart(3)} states, ${took}`,
    );
    if (!isAsExpected) {
      wrong.push(name);
      console.log(JSON.stringify({ finished, output, states }, undefined, 2));
    }
  }
  return wrong;
});
process.exit(differing.length > 0 ? 1 : 0);
