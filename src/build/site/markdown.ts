// Reads a page of Markdown: its HTML, its headings with the anchors that GitHub gives them, its blocks of code, and its
// text by sections. The site, the checks of links and the checks of blocks all read pages by this.
import MarkdownIt, { type Token } from "markdown-it";
import { highlight } from "./highlight.ts";

export type Heading = { readonly level: number; readonly text: string; readonly anchor: string };

export type Block = {
  readonly language: string;
  readonly text: string;
  /** The line of its first fence, from 1. */
  readonly line: number;
  /** The comment right before it: `run: worker` of `<!-- run: worker -->`. */
  readonly mark: string | undefined;
};

/** A heading with what stands below it, as plain text. What stands before the first heading has an empty one. */
export type Section = { readonly heading: Heading; readonly text: string };

/** What the HTML of a page gets from outside. */
export type Surroundings = {
  /** Where a link or an image leads to, from this page. */
  readonly link: (to: string) => string;
  /** A Mermaid diagram as SVG. */
  readonly diagram: (code: string) => string;
};

const markdown = new MarkdownIt({ html: true });
const comment = /^<!--\s*([\s\S]*?)\s*-->\s*$/;

export function parsePage(text: string): Token[] {
  return markdown.parse(text, {});
}

export function headingsOf(tokens: readonly Token[]): Heading[] {
  const seen = new Map<string, number>();
  return tokens.flatMap((token, at) => {
    if (token.type !== "heading_open") return [];
    const text = plainText(tokens[at + 1]);
    const slug = slugOf(text);
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return [{ level: Number(token.tag.slice(1)), text, anchor: before === 0 ? slug : `${slug}-${before}` }];
  });
}

/** As GitHub makes them, so that a link to a section works there and on the site. */
function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

export function blocksOf(tokens: readonly Token[]): Block[] {
  return tokens.flatMap((token, at) => {
    if (token.type !== "fence") return [];
    const before = tokens[at - 1];
    const mark = before?.type === "html_block" ? comment.exec(before.content)?.[1] : undefined;
    const [language = ""] = token.info.trim().split(/\s/);
    return [{ language, text: token.content, line: (token.map?.[0] ?? 0) + 1, mark }];
  });
}

/** The targets of links and images, as they are written. */
export function linksOf(tokens: readonly Token[]): string[] {
  return tokens
    .flatMap(({ children }) => children ?? [])
    .flatMap((token) => [token.attrGet("href"), token.attrGet("src")].filter((to) => to !== null).map(String));
}

export function sectionsOf(tokens: readonly Token[]): Section[] {
  const headings = headingsOf(tokens);
  const sections: { heading: Heading; texts: string[] }[] = [];
  let section = { heading: { level: 1, text: "", anchor: "" }, texts: [] as string[] };
  let at = 0;
  tokens.forEach((token, place) => {
    const heading = token.type === "heading_open" ? headings[at++] : undefined;
    if (heading) {
      sections.push(section);
      section = { heading, texts: [] };
    }
    const isTitle = tokens[place - 1]?.type === "heading_open";
    if (token.type === "inline" && !isTitle) section.texts.push(plainText(token));
    if (token.type === "fence") section.texts.push(token.content);
  });
  return [...sections, section]
    .map(({ heading, texts }) => ({ heading, text: texts.join(" ").replaceAll(/\s+/g, " ") }))
    .filter(({ heading, text }) => heading.text !== "" || text !== "");
}

export function plainText(token: Token | undefined): string {
  const pieces = token?.children?.map(({ type, content }) => {
    if (type === "text" || type === "code_inline") return content;
    return type === "softbreak" || type === "hardbreak" || type === "html_inline" ? " " : "";
  });
  return pieces?.join("") ?? "";
}

/** Of more columns than a page has room for. */
const columnsMax = 4;

function isWide(tokens: readonly Token[], at: number): boolean {
  const end = tokens.findIndex(({ type }, place) => place > at && type === "tr_close");
  return tokens.slice(at, end).filter(({ type }) => type === "th_open").length > columnsMax;
}

export function renderPage(tokens: Token[], { link, diagram }: Surroundings): string {
  const anchors = headingsOf(tokens).map(({ anchor }) => anchor);
  let heading = 0;
  const renderer = new MarkdownIt({ html: true });
  for (const token of tokens.flatMap(({ children }) => children ?? [])) {
    for (const name of ["href", "src"]) {
      const to = token.attrGet(name);
      if (to !== null) token.attrSet(name, link(String(to)));
    }
  }
  Object.assign(renderer.renderer.rules, {
    heading_open: (all: Token[], at: number) => `<${all[at]?.tag} id="${anchors[heading]}">`,
    heading_close: (all: Token[], at: number) => {
      const anchor = anchors[heading++];
      return ` <a class="anchor" href="#${anchor}" aria-label="Link to this section">#</a></${all[at]?.tag}>\n`;
    },
    table_open: (all: Token[], at: number) => `<div class="table${isWide(all, at) ? " wide" : ""}"><table>\n`,
    table_close: () => "</table></div>\n",
    fence: (all: Token[], at: number) => {
      const { info = "", content = "" } = all[at] ?? {};
      if (info === "mermaid") return `<figure class="diagram">${diagram(content)}</figure>\n`;
      return `<pre><code>${highlight(info, content)}</code></pre>\n`;
    },
    html_block: (all: Token[], at: number) => {
      const { content = "" } = all[at] ?? {};
      return comment.test(content) ? "" : content;
    },
  });
  return renderer.renderer.render(tokens, renderer.options, {});
}
