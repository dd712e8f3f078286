// The pictures of the architecture, drawn from the actual imports: the rooms as a Mermaid graph, a table and an SVG
// file, and the files that one request goes through.
import { firstSentence, openingComment, type Source, targetOf } from "./generate-docs-source.ts";
import { type Room, roomOf, rooms } from "./rooms.ts";

export type RoomImport = { readonly from: Room; readonly to: Room; readonly count: number };

const roomNames = Object.keys(rooms) as Room[];

/** How often files of one room import files of another. */
export function countImports(sources: readonly Source[]): RoomImport[] {
  const counts = new Map<string, number>();
  for (const { path, imports } of sources) {
    const from = roomOf(path);
    for (const { specifier } of imports) {
      const target = specifier && targetOf(path, specifier);
      const to = target ? roomOf(target) : undefined;
      if (from === undefined || to === undefined || from === to) continue;
      counts.set(`${from} ${to}`, (counts.get(`${from} ${to}`) ?? 0) + 1);
    }
  }
  return roomNames.flatMap((from) =>
    roomNames.flatMap((to) => {
      const count = counts.get(`${from} ${to}`);
      return count === undefined ? [] : [{ from, to, count }];
    }),
  );
}

/** Rooms that import nearly all others or are imported by nearly all: their arrows would hide the rest. */
const beside: readonly Room[] = ["cli", "build", "log"];

function isShown({ from, to }: RoomImport): boolean {
  return !beside.includes(from) && !beside.includes(to);
}

export function roomsGraph(sources: readonly Source[]): string {
  const edges = countImports(sources).filter(isShown);
  const shown = roomNames.filter((room) => !beside.includes(room));
  return mermaid([
    "flowchart TD",
    ...shown.map((room) => `  ${room}["<b>${room}</b><br/>${rooms[room].holds}"]`),
    ...edges.map(({ from, to }) => `  ${from} --> ${to}`),
  ]);
}

export function roomsTable(): string {
  const rows = roomNames.map((room) => {
    const { holds, keeps, rooms: others, packages } = rooms[room];
    const uses = others.length >= beside.length + 5 ? "every room" : others.join(", ");
    const from = packages.includes("*") ? "any" : packages.map((name) => `\`${name}\``).join(" ");
    return `| **${room}** | ${holds} | ${keeps} | ${uses} | ${from} |`;
  });
  return ["| room | holds | keeps | may import | packages |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** The folders of a room: what each is for and which of the others it may import. */
export function innerRoomsTable(room: Room): string {
  const rows = Object.entries(rooms[room].inner ?? {}).map(
    ([name, { holds, rooms: others }]) => `| **${name}** | ${holds} | ${others.join(", ")} |`,
  );
  return ["| folder or file | holds | may import |", "|---|---|---|", ...rows].join("\n");
}

export function mermaid(lines: readonly string[]): string {
  return ["```mermaid", ...lines, "```"].join("\n");
}

// --- the way of a request ------------------------------------------------------------------------------------------

type Step = { readonly what: string; readonly path: string };

/** `CreateTask` → `create-task`. */
function kebab(name: string): string {
  return name.replaceAll(/(?<=.)[A-Z]/g, "-$&").toLowerCase();
}

/** The files that a call goes through, in order, found by the names of service and method. */
export function wayOf(sources: readonly Source[], service: string, method: string): Step[] {
  const find = (room: Room, ...names: readonly string[]): Source => {
    const found = names.flatMap((name) =>
      sources.filter(({ path }) => roomOf(path) === room && path.endsWith(`/${name}.ts`)),
    )[0];
    if (found === undefined) throw new Error(`the way of ${method}: ${room} has no ${names.join(" or ")}`);
    return found;
  };
  const file = (room: Room, ...names: readonly string[]): string => find(room, ...names).path;
  const handler = find("rpc", "rpc-handler");
  const list = /interceptors: \[([^\]]+)\]/.exec(handler.code)?.[1] ?? "";
  const interceptors = [...list.matchAll(/(\w+)\(/g)].map(([, name = ""]) =>
    file("rpc", `interceptors/${kebab(name)}`),
  );
  if (interceptors.length === 0) throw new Error(`the way of ${method}: ${handler.path} lists no interceptors`);
  const operation = find("engine", kebab(method), `${kebab(method)}s`);
  const record = find("engine", "record");
  const sql = [operation, record].flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier = "" }) => (specifier.endsWith(".sql.gen.ts") ? [targetOf(path, specifier)] : [])),
  );
  return [
    { what: "bytes", path: file("rpc", "listener") },
    { what: "call", path: handler.path },
    { what: "call", path: file("rpc", "grpc") },
    { what: "call", path: file("rpc", "grpc-unary") },
    { what: "headers", path: file("rpc", "admission/admission") },
    { what: "headers", path: file("rpc", "interceptors/authenticate") },
    { what: "headers", path: file("rpc", "interceptors/authorize") },
    ...interceptors.map((path) => ({ what: "message", path })),
    { what: "handler", path: file("rpc", kebab(service)) },
    { what: "operation", path: operation.path },
    { what: "transaction", path: file("store", "transaction") },
    { what: "decision", path: file("core", kebab(method)) },
    { what: "record", path: record.path },
    ...[...new Set(sql)].sort().map((path = "") => ({ what: "rows", path: path.replace(/\.gen\.ts$/, "") })),
  ];
}

export function wayTable(steps: readonly Step[], sources: readonly Source[]): string {
  const onTheWay = sources.filter((source) => steps.some(({ path }) => path === source.path));
  const rows = steps.map(({ what, path }) => {
    const text = sources.find((source) => source.path === path)?.text;
    const about = text === undefined ? statementsOf(path, onTheWay) : firstSentence(openingComment(text));
    return `| ${what} | [${path.replace("src/", "")}](../${path}) | ${about} |`;
  });
  return ["| | file | what it is for |", "|---|---|---|", ...rows].join("\n");
}

/** The statements of an SQL file that the files on the way import. */
function statementsOf(path: string, sources: readonly Source[]): string {
  const names = sources.flatMap(({ path: importer, text }) =>
    [...text.matchAll(/^import \{([^}]*)\} from "([^"]+)";/gm)]
      .filter(([, , from = ""]) => targetOf(importer, from) === `${path}.gen.ts`)
      .flatMap(([, list = ""]) => list.split(",").map((name) => name.trim()))
      .filter((name) => name !== "" && !name.startsWith("type ")),
  );
  return [...new Set(names)]
    .sort()
    .map((name) => `\`${name}\``)
    .join(", ");
}

export function wayGraph(steps: readonly Step[]): string {
  const groups = new Map<string, string[]>();
  for (const { what, path } of steps) {
    groups.set(what, [...(groups.get(what) ?? []), path.replace("src/", "")]);
  }
  const nodes = [...groups].map(([what, paths]) => `  ${what}["<b>${what}</b><br/>${paths.join("<br/>")}"]`);
  const names = [...groups.keys()];
  return mermaid(["flowchart TD", ...nodes, `  ${names.join(" --> ")}`]);
}

// --- the rooms as a file -------------------------------------------------------------------------------------------

const box = { left: 20, width: 400, height: 62, gap: 20, top: 20 };
const arcReach = { first: 18, each: 26 };
const legendHeight = 62;

const style = [
  ".box{fill:#f6f8fa;stroke:#8c959f}.name{fill:#1f2328;font-weight:600;font-size:15px}",
  ".text{fill:#59636e;font-size:12px}.arc{fill:none;stroke:#0969da;stroke-width:1.4}.head{fill:#0969da}",
  "text{font-family:system-ui,sans-serif}.later{stroke-dasharray:5 4}",
  "@media (prefers-color-scheme:dark){.box{fill:#161b22;stroke:#6e7681}.name{fill:#f0f6fc}.text{fill:#9198a1}",
  ".arc{stroke:#4493f8}.head{fill:#4493f8}}",
].join("");

/** The rooms from the outside in, with an arc for each pair of rooms where one imports the other. */
export function roomsSvg(sources: readonly Source[]): string {
  const used = new Set(sources.map(({ path }) => roomOf(path)));
  const shown = roomNames.filter((room) => !beside.includes(room));
  const topOf = (room: Room) => box.top + shown.indexOf(room) * (box.height + box.gap);
  const edges = countImports(sources).filter(isShown);
  const span = ({ from, to }: RoomImport) => shown.indexOf(to) - shown.indexOf(from);
  const right = box.left + box.width;
  const arcs = edges.map((edge) => {
    const out = edges.filter((other) => other.from === edge.from).sort((one, other) => span(other) - span(one));
    const into = edges.filter((other) => other.to === edge.to).sort((one, other) => span(one) - span(other));
    const half = box.height / 2;
    const slot = (index: number, count: number) => ((index + 1) / (count + 1)) * half;
    const y1 = topOf(edge.from) + half + slot(out.indexOf(edge), out.length);
    const y2 = topOf(edge.to) + slot(into.indexOf(edge), into.length);
    const reach = right + arcReach.first + arcReach.each * span(edge) * 1.3;
    return (
      `<path class="arc" d="M${right} ${round(y1)}C${round(reach)} ${round(y1)} ${round(reach)} ${round(y2)} ` +
      `${right + 1} ${round(y2)}" marker-end="url(#head)"><title>${edge.from} imports ${edge.to}</title></path>`
    );
  });
  const boxes = shown.map((room) => roomBox(room, topOf(room), used.has(room) || room === "contract"));
  const bottom = topOf(shown.at(-1) ?? "contract") + box.height + box.gap;
  const widest = Math.max(...edges.map(span));
  const size = { width: Math.ceil(right + arcReach.first + arcReach.each * widest), height: bottom + legendHeight };
  const legend = beside.map((room, index) => {
    const { holds, keeps } = rooms[room];
    return text(box.left, bottom + 14 + index * 18, "text", `${room} (${holds}). ${keeps}`);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img"` +
      ` aria-label="The rooms of AsyncGate and which uses which">`,
    `<style>${style}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
    ...boxes,
    ...arcs,
    ...legend,
    "</svg>",
    "",
  ].join("\n");
}

function roomBox(room: Room, top: number, exists: boolean): string {
  const { holds, keeps } = rooms[room];
  const { left, width, height } = box;
  const later = exists ? "" : " later";
  return [
    `<rect class="box${later}" x="${left}" y="${top}" width="${width}" height="${height}" rx="6"/>`,
    text(left + 14, top + 24, "name", room),
    text(left + 100, top + 24, "text", holds),
    text(left + 14, top + 46, "text", keeps),
  ].join("\n");
}

function text(x: number, y: number, className: string, content: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text class="${className}" x="${x}" y="${y}">${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
