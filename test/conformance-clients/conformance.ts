// Plays all scenarios with the drivers of a language, several at a time, because most of their time is waiting.
import { randomUUID } from "node:crypto";
import { languages } from "./languages.ts";
import { play } from "./play.ts";
import type { Scenario } from "./scenario.ts";
import type { Servers } from "./server.ts";

export type Result = { readonly scenario: Scenario; readonly failure: string | undefined };

const atOnce = 6;

/** In the order of the scenarios. */
export async function conform(
  language: string,
  scenarios: readonly Scenario[],
  servers: Servers,
  onResult: (result: Result) => void = () => {},
): Promise<Result[]> {
  const program = languages[language]?.build();
  if (!program) throw new Error(`there is no driver for ${language}; there are ${Object.keys(languages).join(", ")}`);
  const results: Result[] = [];
  let next = 0;
  async function playOn(): Promise<void> {
    while (next < scenarios.length) {
      const at = next;
      next += 1;
      const scenario = scenarios[at] as Scenario;
      const unique = `c-${randomUUID().slice(0, 13)}`;
      const failure = await play(scenario, program as never, servers, unique).then(
        () => undefined,
        (error: Error) => error.message,
      );
      results[at] = { scenario, failure };
      onResult(results[at]);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, playOn));
  return results;
}

/** The page's table: a row for each scenario, a column for each language. */
export function renderResults(results: ReadonlyMap<string, readonly Result[]>): string {
  const names = [...results.keys()];
  const [first = []] = results.values();
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const passed = (name: string) => results.get(name)?.filter(({ failure }) => failure === undefined).length ?? 0;
  return [
    row(["scenario", ...names]),
    row(["---", ...names.map(() => "---")]),
    ...first.map(({ scenario }, at) =>
      row([
        `${scenario.group}: ${scenario.title}`,
        ...names.map((name) => (results.get(name)?.[at]?.failure === undefined ? "passed" : "failed")),
      ]),
    ),
    row(["in all", ...names.map((name) => `${passed(name)} of ${first.length}`)]),
  ].join("\n");
}
