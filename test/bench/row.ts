// What a row of the benchmark gets, and what it must declare.
import type { BenchPostgres } from "./bench-postgres.ts";
import type { Report } from "./measure.ts";

export type Bench = {
  readonly postgres: BenchPostgres;
  readonly report: Report;
  /** Use small sizes that only show that everything still runs. */
  readonly smoke: boolean;
  /** How many turns each contender takes, if the caller set it. */
  readonly rounds: number | undefined;
  tell(text: string): void;
  /** Records the settings of a contender in the file of results. */
  settings(name: string, settings: Readonly<Record<string, unknown>>): void;
};

export type Row = {
  /** The names of the main results, each with a description. `--only` selects a row by any of them. */
  readonly prints: Readonly<Record<string, string>>;
  run(bench: Bench): Promise<void>;
};
