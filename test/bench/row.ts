// What a row of the benchmark is given, and what it must say of itself.
import type { BenchPostgres } from "./bench-postgres.ts";
import type { Report } from "./measure.ts";

export type Bench = {
  readonly postgres: BenchPostgres;
  readonly report: Report;
  /** Small sizes, to see that everything still runs; the figures mean little. */
  readonly smoke: boolean;
  /** How often contenders take turns, when somebody said so. */
  readonly rounds: number | undefined;
  tell(text: string): void;
  /** What somebody was run with: it goes into the file of results. */
  settings(name: string, settings: Readonly<Record<string, unknown>>): void;
};

export type Row = {
  /** What it prints that matters, and what that is. `--only` asks for a row by any of these names. */
  readonly prints: Readonly<Record<string, string>>;
  run(bench: Bench): Promise<void>;
};
