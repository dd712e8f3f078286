// The test files that draw at random: those whose imports lead to fast-check or to helpers/random.ts.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const specifiers = /^(?:import|export|\})[^"\n]*"([^"]+)";$/gm;
const sources = ["fast-check", "test/helpers/random.ts"];

/** Paths of test files below `root`, sorted. */
export function seededTestFiles(root: string): string[] {
  const files = globSync("test/**/*.ts", { cwd: root }).sort();
  const imports = new Map(files.map((path) => [path, importsOf(root, path)]));
  const seeded = new Set(sources);
  for (let before = 0; before < seeded.size; ) {
    before = seeded.size;
    for (const [path, targets] of imports) if (targets.some((target) => seeded.has(target))) seeded.add(path);
  }
  return files.filter((path) => path.endsWith(".test.ts") && seeded.has(path));
}

function importsOf(root: string, path: string): string[] {
  const names = [...readFileSync(join(root, path), "utf8").matchAll(specifiers)].map(([, name = ""]) => name);
  return names.map((name) => (name.startsWith(".") ? join(dirname(path), name) : name));
}
