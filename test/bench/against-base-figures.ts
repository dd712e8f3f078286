// The figures of two commits side by side: a ratio for each, the median of the rounds, with its spread.
import { median } from "./compare.ts";

export type Measured = {
  readonly round: number;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
};

export type Verdict = {
  readonly name: string;
  readonly unit: string;
  readonly base: number;
  readonly head: number;
  /** What head costs in terms of base, the median of the rounds: 1.02 is 2 % slower, also where more is better. */
  readonly ratio: number;
  /** The lower and the upper quartile of the rounds' ratios. */
  readonly spread: readonly [number, number];
  readonly isSlower: boolean;
};

/** A row may be this much slower before it counts. */
const tolerance = 0.03;

/** The lines `figure name value unit` that a run prints; its ratios compare contenders within one commit. */
export function readMeasured(printed: string, round: number): Measured[] {
  return printed.split("\n").flatMap((line) => {
    const [kind, name = "", value, unit = ""] = line.split(" ");
    return kind === "figure" ? [{ round, name, value: Number(value), unit }] : [];
  });
}

/** One for each figure that both have, in the order of the base. */
export function verdictsOf(base: readonly Measured[], head: readonly Measured[]): Verdict[] {
  const names = [...new Set(base.map(({ name }) => name))];
  return names.flatMap((name) => {
    const ofBase = base.filter((one) => one.name === name);
    const ofHead = head.filter((one) => one.name === name);
    const unit = ofBase[0]?.unit ?? "";
    const ratios = ofBase.flatMap(({ round, value }) => {
      const beside = ofHead.find((one) => one.round === round);
      return beside ? [costRatio(unit, value, beside.value)] : [];
    });
    if (ratios.length === 0) return [];
    const ratio = median(ratios);
    const spread = [quantile(ratios, 0.25), quantile(ratios, 0.75)] as const;
    return [
      {
        name,
        unit,
        base: median(ofBase.map(({ value }) => value)),
        head: median(ofHead.map(({ value }) => value)),
        ratio,
        spread,
        // Where even the better quarter of the rounds is slower, it is not noise.
        isSlower: ratio > 1 + tolerance && spread[0] > 1,
      },
    ];
  });
}

/** Of tasks and messages a second more is better; of everything else less is, queries a second too. */
function costRatio(unit: string, base: number, head: number): number {
  if (base === head) return 1;
  return unit === "tasks/s" || unit === "messages/s" ? base / head : head / base;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const lower = sorted[Math.floor(at)] ?? Number.NaN;
  const upper = sorted[Math.ceil(at)] ?? Number.NaN;
  return lower + (upper - lower) * (at - Math.floor(at));
}

const digits = 4;

export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, unit, base, head, ratio, spread, isSlower }) => [
    name,
    `${base.toPrecision(digits)} ${unit}`,
    `${head.toPrecision(digits)} ${unit}`,
    ratio.toFixed(3),
    `${spread[0].toFixed(3)}–${spread[1].toFixed(3)}`,
    isSlower ? "SLOWER" : "",
  ]);
  const titled = [["figure", "base", "head", "cost", "quartiles", ""], ...rows];
  const widths = titled[0]?.map((_, column) => Math.max(...titled.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  const slower = verdicts.filter((one) => one.isSlower).length;
  const summary = `${slower} of ${verdicts.length} figures slower than ${tolerance * 100} %`;
  return `${titled.map((row) => line(row).trimEnd()).join("\n")}\n\n${summary}\n`;
}
