// The parts of the docs from the benchmark's file of results: tables and a chart. Values that were not measured are
// marked as such.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Result = { readonly kind: string; readonly name: string; readonly value: number; readonly unit: string };
type RowResults = {
  readonly prints: Readonly<Record<string, string>>;
  readonly time: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly results: readonly Result[];
};

export type Speed = {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rows: readonly RowResults[];
};

const notMeasured = "Nothing has been measured yet; run `make bench`.";

export function readSpeed(root: string): Speed {
  const path = join(root, "test/bench/results/bench.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Speed) : { machine: {}, rows: [] };
}

/** The figures of the README: speed beside another queue, latency, growth, fairness and memory. */
const headlines: readonly { readonly name: string; readonly what: string }[] = [
  { name: "pipeline_unbatched", what: "Tasks a second, created one by one, as a multiple of graphile-worker's" },
  {
    name: "pipeline_batched",
    what: "Tasks a second, created by 100 and run in batches, as a multiple of graphile-worker's",
  },
  { name: "start_latency_p50", what: "From creating a task to its start at a waiting worker, idle system, median" },
  { name: "backlog_flat", what: "p99 of a claim with 1,000,000 tasks queued, as a multiple of that with 1,000" },
  {
    name: "flood_fairness",
    what: "p99 of one tenant's calls while another floods the server, as a multiple of that before",
  },
  { name: "memory", what: "Memory of a server with 10,000 live leases and 1,000 open streams" },
];

/** The six figures of the README. */
export function headlineTable(speed: Speed): string {
  if (speed.rows.length === 0) return notMeasured;
  const results = speed.rows.flatMap((row) => row.results);
  const lines = headlines.map(({ name, what }) => {
    const result = results.find((one) => one.name === name);
    return `| ${what} | ${result ? shown(result) : "not measured yet"} | \`${name}\` |`;
  });
  return ["| what | value | row |", "|---|---|---|", ...lines, "", machineLine(speed)].join("\n");
}

/** One line for each figure that the benchmark prints. */
export function speedTable(speed: Speed): string {
  const lines = speed.rows.flatMap(({ prints, results }) =>
    Object.entries(prints).flatMap(([name, what]) => {
      const result = results.find((one) => one.name === name);
      return result ? [`| \`${name}\` | ${what} | ${shown(result)} |`] : [];
    }),
  );
  if (lines.length === 0) return notMeasured;
  return ["| | what | value |", "|---|---|---|", ...lines, "", machineLine(speed)].join("\n");
}

/** All results, with the settings they were measured with. */
export function speedFigures({ rows }: Speed): string {
  if (rows.length === 0) return notMeasured;
  return rows
    .map(({ prints, time, settings, results }) => {
      const lines = results.map((result) => `| \`${result.name}\` | ${shown(result)} |`);
      const used = Object.entries(settings).map(([name, of]) => `- \`${name}\`: \`${JSON.stringify(of)}\``);
      return [
        ...[`### ${Object.keys(prints).join(", ")}`, "", `Measured on ${time.slice(0, 10)}.`],
        ...(used.length > 0 ? ["", ...used] : []),
        ...["", "| | value |", "|---|---|", ...lines],
      ].join("\n");
    })
    .join("\n\n");
}

function machineLine({ machine, rows }: Speed): string {
  const days = [...new Set(rows.map(({ time }) => time.slice(0, 10)))].sort();
  return (
    `Measured on ${days.join(" and ")}: ${machine["cpu"]}, ${machine["cores"]} cores shared by everything, ` +
    `${machine["memory_gib"]} GiB, Postgres ${machine["postgres"]}, Node ${machine["node"]}.`
  );
}

function shown({ value, unit }: Result): string {
  const number = value >= 1_000 ? Math.round(value).toLocaleString("en") : String(value);
  return unit === "" ? number : `${number} ${unit}`;
}

// --- the chart -----------------------------------------------------------------------------------------------------

type Bar = { readonly name: string; readonly label: string; readonly ours: boolean };

/** The bars of a group share a scale, because they did the same work. */
const groups: readonly { readonly title: string; readonly bars: readonly Bar[] }[] = [
  {
    title: "Tasks a second, created by 100 and run in batches",
    bars: [
      { name: "stream_batched", label: "AsyncGate, Work streams", ours: true },
      { name: "stream_batched_slim", label: "AsyncGate, slim answers", ours: true },
      { name: "pull_batched", label: "AsyncGate, unary calls", ours: true },
      { name: "limit_pages", label: "what it writes, by SQL alone", ours: false },
      { name: "limit_rows", label: "receipts as rows, by SQL", ours: false },
      { name: "graphile_batched", label: "graphile-worker, batched", ours: false },
      { name: "river_batched", label: "River, inserting by 100", ours: false },
    ],
  },
  {
    title: "Tasks a second, created one by one by 64 callers",
    bars: [
      { name: "stream_unbatched", label: "AsyncGate, Work streams", ours: true },
      { name: "graphile_plain", label: "graphile-worker", ours: false },
      { name: "pgboss", label: "pg-boss", ours: false },
      { name: "river", label: "River", ours: false },
    ],
  },
];

const chart = { width: 720, left: 190, right: 80, bar: 20, gap: 8, title: 34, margin: 12 };

const style = [
  "text{font-family:system-ui,sans-serif;font-size:13px;fill:#1f2328}.title{font-weight:600}",
  ".ours{fill:#0969da}.theirs{fill:#8c959f}",
  "@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.ours{fill:#4493f8}.theirs{fill:#6e7681}}",
].join("");

export function speedSvg({ rows }: Speed): string {
  const results = rows.flatMap((row) => row.results);
  const measuredOf = (bar: Bar) => results.find(({ name }) => name === `${bar.name}_per_second`)?.value;
  const parts: string[] = [];
  let y = chart.margin;
  for (const { title, bars } of groups) {
    const measured = bars.flatMap((bar) => {
      const value = measuredOf(bar);
      return value === undefined ? [] : [{ ...bar, value }];
    });
    parts.push(textAt(chart.margin, y + 16, title, "title"));
    y += chart.title;
    if (measured.length === 0) {
      parts.push(textAt(chart.margin, y + 4, "not measured yet"));
      y += chart.bar + chart.gap;
    }
    const most = Math.max(...measured.map(({ value }) => value));
    for (const { label, ours, value } of measured) {
      const width = Math.max(1, Math.round((value / most) * (chart.width - chart.left - chart.right)));
      const { left, bar } = chart;
      parts.push(
        textAt(chart.margin, y + 15, label),
        `<rect class="${ours ? "ours" : "theirs"}" x="${left}" y="${y}" width="${width}" height="${bar}" rx="2"/>`,
        textAt(left + width + 6, y + 15, Math.round(value).toLocaleString("en")),
      );
      y += bar + chart.gap;
    }
    y += chart.margin;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${chart.width} ${y}" role="img"` +
      ` aria-label="Tasks a second of AsyncGate and other queues">`,
    `<style>${style}</style>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function textAt(x: number, y: number, text: string, kind?: string): string {
  return `<text${kind ? ` class="${kind}"` : ""} x="${x}" y="${y}">${text}</text>`;
}
