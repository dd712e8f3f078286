// What output costs: 40 tasks that print at once, each with one piece under way, in pieces of the usual sizes.
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const writers = 40;
const queue = "printing";
const kibibyte = 1_024;
const mebibyte = 1_048_576;

export const output: Row = {
  prints: {
    output_append: "40 tasks that print in pieces of 16 KiB at once, MiB a second",
    output_append_512: "the same in pieces of 512 bytes, appends a second",
    output_append_64k: "the same in pieces of 64 KiB, MiB a second",
  },
  async run(bench) {
    const pieces = bench.smoke ? 5 : 200;
    await serving(bench, {}, async ({ load }) => {
      await load.ask("holdPrinters", { queue: "warm-up", writers });
      await load.ask("print", { queue: "warm-up", writers, pieces: 5, bytes: kibibyte });
      for (const [name, bytes] of [
        ["output_append_512", 512],
        ["output_append", 16 * kibibyte],
        ["output_append_64k", 64 * kibibyte],
      ] as const) {
        await load.ask("holdPrinters", { queue: `${queue}-${bytes}`, writers });
        const { fromMs, untilMs } = await load.ask("print", { queue, writers, pieces, bytes });
        const perSecond = (writers * pieces * 1_000) / (untilMs - fromMs);
        if (bytes < kibibyte) bench.report.figure(name, perSecond, "appends/s");
        else bench.report.figure(name, (perSecond * bytes) / mebibyte, "MiB/s");
      }
    });
  },
};
