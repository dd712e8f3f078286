// Makes `src/machines/document/machine-schema.gen.json`, which `asyncgate machine schema` prints.
//
// `node src/build/generate-machine-schema.ts` writes, `--check` only compares and fails when the file is stale.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readComments } from "./generate-docs-contract.ts";
import { machineSchema } from "./machine-schema.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const target = fileURLToPath(new URL("../machines/document/machine-schema.gen.json", import.meta.url));

async function main(check: boolean): Promise<void> {
  const made = `${JSON.stringify(machineSchema(readComments(root)), undefined, 2)}\n`;
  if (!check) await writeFile(target, made);
  else if ((await readFile(target, "utf8").catch(() => "")) !== made) {
    process.stderr.write("generate-machine-schema: the schema is not what the contract says; run make generate\n");
    process.exitCode = 1;
  }
}

if (import.meta.main) await main(process.argv.includes("--check"));
