// A machine as a picture: states in rows by their distance from the first, ways as curves. Ways back and ways of errors
// run beside the states. It needs no program but a browser, in light and dark.
import type { Machine } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { type Edge, type Graph, graphOf, type Node } from "./edges.ts";

const box = { width: 220, height: 52 };
const gap = { x: 40, y: 64 };
const margin = 40;

type Place = { readonly x: number; readonly y: number };

export function svgOf(machine: Machine): string {
  const graph = graphOf(machine);
  const rows = rowsOf(graph);
  const widest = Math.max(...rows.map((row) => row.length));
  const width = 2 * margin + widest * box.width + (widest - 1) * gap.x + sideRoom(graph);
  const height = 2 * margin + rows.length * box.height + (rows.length - 1) * gap.y;
  const places = new Map<string, Place>();
  rows.forEach((row, at) => {
    const used = row.length * box.width + (row.length - 1) * gap.x;
    const from = margin + (widest * box.width + (widest - 1) * gap.x - used) / 2;
    row.forEach(({ name }, place) => {
      places.set(name, { x: from + place * (box.width + gap.x), y: margin + at * (box.height + gap.y) });
    });
  });
  const ways = graph.edges.map((edge, at) => wayOf(edge, places, at));
  const boxes = graph.nodes.map((node) => boxOf(node, places.get(node.name) ?? { x: 0, y: 0 }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escaped(machine.name)}</title>`,
    style,
    ...ways,
    ...boxes,
    "</svg>",
  ].join("\n");
}

/** Ways that do not go one row down need room at the side for their curves. */
function sideRoom({ edges }: Graph): number {
  return edges.length > 0 ? 120 : 0;
}

function rowsOf({ nodes, edges }: Graph): Node[][] {
  const row = new Map<string, number>();
  const queue = nodes.filter(({ type }) => type === "initial").map(({ name }) => name);
  for (const name of queue) row.set(name, 0);
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    for (const { to } of edges.filter(({ from }) => from === name)) {
      if (row.has(to)) continue;
      row.set(to, (row.get(name) ?? 0) + 1);
      queue.push(to);
    }
  }
  const rows: Node[][] = [];
  for (const node of nodes) {
    const at = row.get(node.name) ?? 0;
    rows[at] = [...(rows[at] ?? []), node];
  }
  return rows.filter(Boolean);
}

function wayOf({ from, to, label, isError }: Edge, places: ReadonlyMap<string, Place>, at: number): string {
  const [one, other] = [places.get(from), places.get(to)];
  if (!one || !other) return "";
  const isDown = other.y > one.y;
  const start = isDown
    ? { x: one.x + box.width / 2, y: one.y + box.height }
    : { x: one.x + box.width, y: one.y + box.height / 2 };
  const end = isDown
    ? { x: other.x + box.width / 2, y: other.y }
    : { x: other.x + box.width, y: other.y + box.height / 2 };
  const bend = 60 + (at % 4) * 14;
  // A way from a state to itself leaves below its middle and ends above it.
  const loop = start.y === end.y && start.x === end.x ? 30 : 0;
  const [first, second] = isDown
    ? [`${start.x} ${start.y + gap.y / 2}`, `${end.x} ${end.y - gap.y / 2}`]
    : [`${start.x + bend} ${start.y + loop}`, `${end.x + bend} ${end.y - loop}`];
  const line = `M ${start.x} ${start.y} C ${first}, ${second}, ${end.x} ${end.y}`;
  const middle = isDown
    ? { x: (start.x + end.x) / 2 + 6, y: (start.y + end.y) / 2 + (at % 3) * 12 - 8 }
    : { x: Math.max(start.x, end.x) + 6, y: (start.y + end.y) / 2 + 4 };
  const text = label === "" ? "" : `<text class="label" x="${middle.x}" y="${middle.y}">${escaped(label)}</text>`;
  return `<path class="${isError ? "way error" : "way"}" d="${line}" marker-end="url(#end)"/>${text}`;
}

function boxOf({ name, work, type }: Node, { x, y }: Place): string {
  const middle = x + box.width / 2;
  const nameY = work === "" ? y + 31 : y + 22;
  const detail = work === "" ? "" : `<text class="work" x="${middle}" y="${y + 40}">${escaped(work)}</text>`;
  const size = `width="${box.width}" height="${box.height}" rx="${type === "other" ? 6 : 22}"`;
  const rect = `<rect class="${type}" x="${x}" y="${y}" ${size}/>`;
  return `${rect}<text class="name" x="${middle}" y="${nameY}">${escaped(name)}</text>${detail}`;
}

const style = `<style>
svg { font-family: system-ui, sans-serif }
svg { --ink: #1c2430; --soft: #5b6675; --paper: #ffffff; --line: #7a8798; --bad: #b42318 }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e8edf4; --soft: #a3afc0; --paper: #171c24; --line: #8693a5; --bad: #ff8a7a }
}
rect { fill: var(--paper); stroke: var(--line); stroke-width: 1.5 }
rect.final { stroke-width: 3 }
text { fill: var(--ink) }
.name, .work { text-anchor: middle; font-size: 14px }
.work, .label { font-size: 11px; fill: var(--soft) }
.way { fill: none; stroke: var(--line); stroke-width: 1.5 }
.error { stroke: var(--bad); stroke-dasharray: 5 4 }
</style>
<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M 0 0 L 8 4 L 0 8 z" fill="#7a8798"/></marker></defs>`;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
