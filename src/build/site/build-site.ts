/**
 * Makes the documentation as a site of plain files in `dist/docs`: README, docs/, the READMEs of the kits, and every
 * file of the repository that they lead to. It works from a folder and from any server of files, and asks no other
 * server for anything. A dead link fails it.
 *
 * `make docs`, or `node src/build/site/build-site.ts [folder]`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { version } from "../../version.ts";
import { siteFaults } from "./check-site.ts";
import { renderDiagram } from "./diagrams.ts";
import { escapeHtml, highlight } from "./highlight.ts";
import { layOut, wayTo } from "./layout.ts";
import { headingsOf, parsePage, renderPage, sectionsOf } from "./markdown.ts";
import { type Group, type Page, pagesWithoutPlace, readNavigation, readPages, urlOfFolder } from "./pages.ts";

/** The files of the site by their paths on it. */
export type Site = Map<string, string | Buffer>;

export type Built = { readonly site: Site; readonly faults: readonly string[] };

/** Shown by browsers as they are, and copied; all other files become pages. */
const copied: ReadonlySet<string> = new Set([".svg", ".png", ".json"]);

export function buildSite(root: string, pages: readonly Page[] = readPages(root)): Built {
  const groups = readNavigation(pages);
  const site: Site = new Map();
  const faults: string[] = [];
  const linked = new Set<string>();
  for (const page of pages) addPage(site, page, groups, (to) => resolveLink(root, pages, page, to, linked, faults));
  for (const path of linked) addFile(site, root, path, pages, groups);
  addSearch(site, root, pages);
  const assets = fileURLToPath(new URL("assets/", import.meta.url));
  for (const name of readdirSync(assets)) site.set(name, readFileSync(join(assets, name)));
  for (const { source } of pagesWithoutPlace(pages, groups)) {
    faults.push(`${source} is not in the table "Documentation" of the README, which is the navigation`);
  }
  return { site, faults: [...faults, ...siteFaults(site)] };
}

function addPage(site: Site, { url, title, text }: Page, groups: readonly Group[], link: (to: string) => string): void {
  const tokens = parsePage(text);
  const headings = headingsOf(tokens);
  let diagrams = 0;
  const html = renderPage(tokens, { link, diagram: (code) => renderDiagram(code, ++diagrams) });
  site.set(url, layOut({ url, title, html, headings }, groups, version));
}

/** A link of a page as one of the site. A file or a folder that is no page is kept in `linked`, to become one. */
function resolveLink(
  root: string,
  pages: readonly Page[],
  page: Page,
  to: string,
  linked: Set<string>,
  faults: string[],
): string {
  if (/^(?:https?|mailto):/.test(to)) return to;
  const [path = "", anchor] = to.split("#");
  const target = path === "" ? page.source : normalize(join(dirname(page.source), path)).replace(/\/$/, "");
  const other = pages.find(({ source }) => source === target || source === `${target}/README.md`);
  if (!other && !existsSync(join(root, target))) faults.push(`${page.source} links to ${to}, which does not exist`);
  else if (!other) linked.add(target);
  const url = other?.url ?? urlOfFile(root, target);
  return wayTo(page.url, anchor === undefined ? url : `${url}#${anchor}`);
}

function urlOfFile(root: string, path: string): string {
  if (copied.has(extname(path))) return `files/${path}`;
  return isFolder(root, path) ? urlOfFolder(path) : `files/${path}.html`;
}

function isFolder(root: string, path: string): boolean {
  return existsSync(join(root, path)) && statSync(join(root, path)).isDirectory();
}

function addFile(site: Site, root: string, path: string, pages: readonly Page[], groups: readonly Group[]): void {
  const url = urlOfFile(root, path);
  if (site.has(url)) return;
  if (copied.has(extname(path))) {
    site.set(url, readFileSync(join(root, path)));
    return;
  }
  const html = isFolder(root, path) ? listFolder(site, root, path, pages, groups) : showFile(root, path);
  const content = { url, title: path, html: `<h1>${escapeHtml(path)}</h1>\n${html}`, headings: [] };
  site.set(url, layOut(content, groups, version));
}

function showFile(root: string, path: string): string {
  const text = readFileSync(join(root, path), "utf8");
  return `<pre class="file"><code>${highlight(extname(path).slice(1), text)}</code></pre>`;
}

/** Its pages by their titles, its files as links, its folders by their names. */
function listFolder(site: Site, root: string, path: string, pages: readonly Page[], groups: readonly Group[]): string {
  const url = urlOfFile(root, path);
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  const items = entries
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((entry) => {
      const inner = `${path}/${entry.name}`;
      if (entry.isDirectory()) return `${escapeHtml(entry.name)}/`;
      const page = pages.find(({ source }) => source === inner);
      if (!page) addFile(site, root, inner, pages, groups);
      const target = page?.url ?? urlOfFile(root, inner);
      return `<a href="${escapeHtml(wayTo(url, target))}">${escapeHtml(page?.title ?? entry.name)}</a>`;
    });
  return `<ul>${items.map((item) => `<li>${item}</li>`).join("\n")}</ul>`;
}

/** The text of all sections, from which the browser makes its index, and the library that does. Both are scripts,
 * because a page that is opened as a file may load nothing else. */
function addSearch(site: Site, root: string, pages: readonly Page[]): void {
  const sections = pages.flatMap(({ url, title, text }) =>
    sectionsOf(parsePage(text)).map(({ heading, text }) => [
      heading.anchor === "" || heading.level === 1 ? url : `${url}#${heading.anchor}`,
      title,
      heading.text,
      text,
    ]),
  );
  site.set("sections.js", `globalThis.asyncgateSections = ${JSON.stringify(sections)};\n`);
  const library = join(root, "node_modules/minisearch");
  const licence = readFileSync(join(library, "LICENSE.txt"), "utf8");
  const code = readFileSync(join(library, "dist/umd/index.js"), "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");
  site.set("minisearch.js", `/* MiniSearch\n${licence}*/\n${code}`);
}

function writeSite(site: Site, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of site) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

if (import.meta.main) {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const folder = process.argv[2] ?? join(root, "dist/docs");
  const { site, faults } = buildSite(root);
  writeSite(site, folder);
  for (const fault of faults) process.stderr.write(`docs: ${fault}\n`);
  const pages = [...site.keys()].filter((path) => path.endsWith(".html")).length;
  const bytes = [...site.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  const written = `${basename(folder)}: ${pages} pages, ${(bytes / 1e6).toFixed(1)} MB`;
  process.stdout.write(faults.length > 0 ? `${written}; ${faults.length} faults\n` : `${written}, in ${folder}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
