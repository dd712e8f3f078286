// Receipts as pictures: a column a task, a row a receipt, and a line from each receipt to those that name it as parent.
import type { JsonObject } from "@bufbuild/protobuf";
import { items, principal, receiptType, text } from "../views.ts";
import { reasonOf } from "./list.ts";

export type Picture = {
  /** In the order in which they were written. */
  readonly receipts: readonly JsonObject[];
  /** The id of the one that was asked for. */
  readonly focus: string;
};

type Edge = { readonly from: number; readonly to: number };

function edgesOf({ receipts }: Picture): Edge[] {
  const placeOf = new Map(receipts.map((receipt, place) => [text(receipt["receipt_id"]), place]));
  return receipts.flatMap((receipt, to) =>
    items(receipt["parents"]).flatMap((parent) => {
      const from = placeOf.get(text(parent));
      return from === undefined ? [] : [{ from, to }];
    }),
  );
}

function linesOf(receipt: JsonObject): string[] {
  const reason = reasonOf(receipt);
  return [
    receiptType(receipt["type"]),
    `${principal(receipt["from"])} → ${principal(receipt["to"])}`,
    text(receipt["create_time"]),
    ...(reason === "" ? [] : [reason]),
  ];
}

export function toMermaid(picture: Picture): string {
  const escaped = (line: string) => line.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const nodes = picture.receipts.map((receipt, place) => ({
    receipt,
    line: `r${place}["${linesOf(receipt).map(escaped).join("<br/>")}"]`,
  }));
  const byTask = Map.groupBy(nodes, ({ receipt }) => text(receipt["task_id"]));
  const focus = picture.receipts.findIndex((receipt) => receipt["receipt_id"] === picture.focus);
  return [
    "flowchart TD",
    ...[...byTask].flatMap(([taskId, own], place) => [
      `  subgraph t${place}["task ${escaped(taskId)}"]`,
      ...own.map(({ line }) => `    ${line}`),
      "  end",
    ]),
    ...edgesOf(picture).map(({ from, to }) => `  r${from} --> r${to}`),
    ...(focus < 0 ? [] : [`  style r${focus} stroke-width:3px`]),
  ].join("\n");
}

export function toDot(picture: Picture): string {
  const quoted = (one: string) => `"${one.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const byTask = Map.groupBy(picture.receipts.entries(), ([, receipt]) => text(receipt["task_id"]));
  return [
    "digraph receipts {",
    '  node [shape=box, fontname="sans-serif", fontsize=10];',
    ...[...byTask].flatMap(([taskId, own], place) => [
      `  subgraph cluster_${place} {`,
      `    label=${quoted(`task ${taskId}`)}; fontname="sans-serif"; fontsize=10;`,
      ...own.map(([at, receipt]) => {
        const label = linesOf(receipt)
          .map((line) => quoted(line).slice(1, -1))
          .join("\\n");
        return `    r${at} [label="${label}"${receipt["receipt_id"] === picture.focus ? ", penwidth=2" : ""}];`;
      }),
      "  }",
    ]),
    ...edgesOf(picture).map(({ from, to }) => `  r${from} -> r${to};`),
    "}",
  ].join("\n");
}

const box = { width: 300, lineHeight: 15, padding: 8, left: 20, gapY: 22, top: 44 } as const;
/** Lines that pass by boxes do so each in a lane of its own. */
const lane = { first: 24, each: 10 } as const;
const lettersMax = 46;

export function toSvg(picture: Picture): string {
  const tasks = [...new Set(picture.receipts.map((receipt) => text(receipt["task_id"])))];
  const all = edgesOf(picture);
  const taskAt = (place: number) => text(picture.receipts[place]?.["task_id"]);
  const passing = all.filter(({ from, to }) => taskAt(from) === taskAt(to) && isPassing(picture, from, to));
  const lanes = Math.max(0, ...tasks.map((task) => passing.filter(({ from }) => taskAt(from) === task).length));
  const columnWidth = box.width + lane.first + lane.each * lanes + box.left;
  let nextY = box.top;
  const boxes = picture.receipts.map((receipt, place) => {
    const lines = linesOf(receipt);
    const height = lines.length * box.lineHeight + 2 * box.padding;
    const x = box.left + tasks.indexOf(taskAt(place)) * columnWidth;
    const y = nextY;
    nextY += height + box.gapY;
    return { receipt, lines, x, y, height };
  });
  const width = box.left + tasks.length * columnWidth;
  const edges = all.flatMap((edge) => {
    const [above, below] = [boxes[edge.from], boxes[edge.to]];
    const own = passing.filter(({ from }) => taskAt(from) === taskAt(edge.from));
    return above && below ? [edgeLine(above, below, own.indexOf(edge))] : [];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${nextY}" viewBox="0 0 ${width} ${nextY}">`,
    `<title>Receipts of ${tasks.length === 1 ? "a task" : `${tasks.length} tasks`}</title>`,
    "<style>svg{background:#fff}text{font:12px sans-serif;fill:#1f2328}.t{font-weight:600}.s{fill:#59636e}",
    "rect{fill:#f6f8fa;stroke:#818b98}.f rect{stroke-width:3}path{fill:none;stroke:#818b98;stroke-width:1.5}",
    "@media (prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#f0f6fc}.s{fill:#9198a1}",
    "rect{fill:#151b23}}</style>",
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">',
    '<path d="M0 0 8 4 0 8z" style="fill:#818b98;stroke:none"/></marker></defs>',
    ...tasks.map((taskId, place) => {
      const x = box.left + place * columnWidth;
      return `<text class="s" x="${x}" y="26">task ${xml(taskId)}</text>`;
    }),
    ...edges,
    ...boxes.map(({ receipt, ...one }) => boxGroup(one, receipt["receipt_id"] === picture.focus)),
    "</svg>",
  ].join("\n");
}

type Box = { readonly lines: readonly string[]; readonly x: number; readonly y: number; readonly height: number };

function boxGroup({ lines, x, y, height }: Box, isFocus: boolean): string {
  const texts = lines.map((line, place) => {
    const at = y + box.padding + (place + 1) * box.lineHeight - 4;
    const shown = line.length <= lettersMax ? line : `${line.slice(0, lettersMax - 1)}…`;
    return `<text class="${place === 0 ? "t" : "s"}" x="${x + box.padding}" y="${at}">${xml(shown)}</text>`;
  });
  const frame = `<rect x="${x}" y="${y}" width="${box.width}" height="${height}" rx="6"/>`;
  return `<g${isFocus ? ' class="f"' : ""}>${frame}${texts.join("")}</g>`;
}

/** Whether a line between two receipts of a task would go through a third one of that task. */
function isPassing({ receipts }: Picture, from: number, to: number): boolean {
  const taskId = receipts[from]?.["task_id"];
  return receipts.slice(from + 1, to).some((receipt) => receipt["task_id"] === taskId);
}

/** Straight down to the next box of a task; in a lane at its right side past others; a curve to the side of another. */
function edgeLine(from: Box, to: Box, laneOf: number): string {
  // Into the upper half, and out of the lower one, so that a line in does not meet a line out.
  const [fromY, toY] = [from.y + from.height * 0.6, to.y + to.height * 0.4];
  const [right, left] = [from.x + box.width, from.x];
  if (laneOf >= 0) {
    const turn = right + lane.first + lane.each * laneOf;
    return arrow(`M${right} ${fromY}H${turn}V${toY}H${right + 1}`);
  }
  if (from.x === to.x) return arrow(`M${left + box.width / 2} ${from.y + from.height}V${to.y}`);
  const [start, end] = from.x < to.x ? [right, to.x - 1] : [left, to.x + box.width + 1];
  const middle = (start + end) / 2;
  return arrow(`M${start} ${from.y + from.height * 0.8}C${middle} ${fromY} ${middle} ${toY} ${end} ${toY}`);
}

function arrow(path: string): string {
  return `<path marker-end="url(#a)" d="${path}"/>`;
}

function xml(line: string): string {
  return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
