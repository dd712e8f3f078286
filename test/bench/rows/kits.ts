// The workers of all kits, with 1,000 slots and a handler that returns at once, beside raw streams.
import { languages } from "../../conformance-clients/languages.ts";
import { compare } from "../compare.ts";
import { oursByKit } from "../contenders.ts";
import type { Bench, Row } from "../row.ts";
import { batchedWarmUp, createBatched, reportRatio, streamBatched } from "./pipelines.ts";

const names = Object.keys(languages);

export const kits: Row = {
  prints: Object.fromEntries(
    names.map((name) => [
      `pipeline_kit_${name}`,
      `tasks a second by a worker of the ${name} kit with 1,000 slots and a handler that returns, ÷ raw streams`,
    ]),
  ),
  async run(bench) {
    if (bench.smoke) return; // tests run the kits, and a smoke run should take forty seconds
    const size = { tasks: 20_000, warmUp: batchedWarmUp, rounds: 3 };
    const present = names.filter((name) => isPresent(bench, name));
    const memory = new Map<string, number>();
    const contenders = present.map((name) =>
      oursByKit({
        name: contenderOf(name),
        create: createBatched,
        slots: 1_000,
        driver: () => languageOf(name).build({ isOptimized: true }),
        onMemory: (mib) => void memory.set(name, Math.max(mib, memory.get(name) ?? 0)),
      }),
    );
    const turns = await compare(bench, [streamBatched, ...contenders], size);
    for (const [place, name] of present.entries()) {
      const contender = contenders[place];
      if (contender) reportRatio(bench, turns, `pipeline_kit_${name}`, contender, streamBatched);
      bench.report.figure(`${contenderOf(name)}_memory`, memory.get(name) ?? 0, "MiB");
    }
  },
};

function contenderOf(name: string): string {
  return `kit_${name}`;
}

function languageOf(name: string) {
  const language = languages[name];
  if (!language) throw new Error(`there is no kit for ${name}`);
  return language;
}

function isPresent(bench: Bench, name: string): boolean {
  const missing = languageOf(name).missing();
  if (missing !== undefined) bench.tell(`  the ${name} kit is left out: ${missing}`);
  return missing === undefined;
}
