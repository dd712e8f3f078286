// Checks the site as it is written: each link leads to a page or a section of it that is there, and no page loads
// anything from another server.
import { dirname, join } from "node:path/posix";

type Site = ReadonlyMap<string, string | Buffer>;

const reference = /<(\w+)\b[^>]*?\s(?:href|src)="([^"]*)"/g;
const outside = /^[a-z][a-z0-9+.-]*:/i;
/** What a style sheet or a picture may load. */
const loaded = /@import|url\(\s*['"]?(?!#)[^)]*\)/g;

export function siteFaults(site: Site): string[] {
  const anchors = new Map<string, ReadonlySet<string>>();
  const texts = [...site].map(([path, content]) => [path, content.toString()] as const);
  for (const [path, text] of texts)
    anchors.set(path, new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => id)));
  return texts.flatMap(([path, text]) => {
    const found: string[] = [];
    if (/\.(?:css|svg|html)$/.test(path))
      found.push(...[...styleOf(path, text).matchAll(loaded)].map(([what]) => what));
    const faults = found.map((what) => `${path} loads ${what}`);
    return path.endsWith(".html") ? [...faults, ...linkFaults(path, text, anchors)] : faults;
  });
}

/** Of a page, its styles alone: its text may speak of anything. */
function styleOf(path: string, text: string): string {
  if (!path.endsWith(".html")) return text;
  return [...text.matchAll(/<style>[\s\S]*?<\/style>|\sstyle="[^"]*"/g)].map(([style]) => style).join("\n");
}

function linkFaults(path: string, text: string, anchors: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...text.matchAll(reference)].flatMap(([, tag = "", written = ""]) => {
    const to = decodeURI(written.replaceAll("&amp;", "&"));
    if (outside.test(to)) return tag === "a" ? [] : [`${path} loads ${to}`];
    const [file = "", anchor] = to.split("#");
    const target = file === "" ? path : join(dirname(path), file);
    const known = anchors.get(target);
    if (!known) return [`${path} links to ${to}, which is not on the site`];
    return anchor === undefined || known.has(decodeURIComponent(anchor))
      ? []
      : [`${path} links to ${to}: no such section`];
  });
}
