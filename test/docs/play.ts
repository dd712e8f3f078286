// Plays the commands of pages on one server, and says what is not as the page shows it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isNotRun, type PageBlock, placeOf, root } from "./blocks.ts";
import { notRun } from "./not-run.ts";
import { type Scene, type Shown, scenes } from "./scenes.ts";
import { commandsOf, type Ran, runPage, type Server } from "./shell.ts";

export type Played = { readonly ran: number; readonly faults: readonly string[] };

type Command = { readonly command: string; readonly block: PageBlock };

/** The commands of a page that are run, in their order. */
export function commandsToRun(blocks: readonly PageBlock[]): Command[] {
  return blocks
    .filter(({ language }) => language === "sh")
    .flatMap((block) => commandsOf(block.text).map((command) => ({ command, block })))
    .filter(({ command, block }) => !notRun.some((entry) => isNotRun(entry, block.page, command)));
}

/** Pages with commands to run, and those blocks of them that matter here. */
export function pagesToPlay(blocks: readonly PageBlock[]): Map<string, PageBlock[]> {
  const pages = Map.groupBy(blocks, ({ page }) => page);
  for (const [page, own] of pages) if (commandsToRun(own).length === 0) pages.delete(page);
  return pages;
}

/** Why a page cannot be played here; undefined if it can. CI has all tools. */
export function missingFor(page: string): string | undefined {
  const { needs } = scenes[page] ?? {};
  if (!needs || process.env["CI"] === "true" || existsSync(join(root, `.tools/${needs}`))) return undefined;
  return `${page}: .tools/${needs} is missing; \`.ci/install-tools ${needs}\` installs it`;
}

export async function playPage(server: Server, page: string, blocks: readonly PageBlock[]): Promise<Played> {
  const scene = withBlocks(scenes[page] ?? {}, blocks);
  const commands = commandsToRun(blocks);
  const ran = await runPage(
    root,
    server,
    commands.map(({ command }) => command),
    scene,
  );
  const faults = ran.flatMap((one, at) => commandFaults(one, commands[at]?.block, scene));
  const shown = (scene.shown ?? []).flatMap((one) => shownFaults(one, ran, blocks));
  // What was not come to has nothing to show.
  return { ran: ran.filter(({ code }) => code !== undefined).length, faults: faults.length > 0 ? faults : shown };
}

function withBlocks(scene: Scene, blocks: readonly PageBlock[]): Scene {
  const files = Object.entries(scene.blocks ?? {}).map(([name, starts]) => [
    name,
    blocks.find(({ text }) => text.startsWith(starts))?.text ?? "",
  ]);
  return { ...scene, files: { ...scene.files, ...Object.fromEntries(files) } };
}

function commandFaults({ command, code, out, err }: Ran, block: PageBlock | undefined, scene: Scene): string[] {
  const step = scene.commands?.find((one) => command.startsWith(one.command));
  const place = block ? placeOf(block) : "";
  if (code === undefined) return [`${place} was not come to: ${command}${err === "" ? "" : `\n${err}`}`];
  const printed = `\n${out}${err}`.trimEnd();
  if (code !== (step?.exits ?? 0)) return [`${place} ended with ${code}: ${command}${printed}`];
  if (step?.prints && !step.prints.test(out)) return [`${place} did not print ${step.prints}: ${command}${printed}`];
  return [];
}

function shownFaults(
  { starts, command, headOnly }: Shown,
  ran: readonly Ran[],
  blocks: readonly PageBlock[],
): string[] {
  const block = blocks.find(({ text }) => text.startsWith(starts));
  const printed = ran.find((one) => one.command.startsWith(command))?.out ?? "";
  const [is, shows] = [printed, block?.text ?? ""].map((text) => comparable(text, headOnly === true));
  return is === shows ? [] : [`${block && placeOf(block)} shows\n${shows}\nand \`${command}\` prints\n${is}`];
}

/** Without what differs each time: ids, times, hashes, and how wide columns are. */
function comparable(text: string, headOnly: boolean): string {
  const lines = text
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|0198…/g, "<id>")
    .replaceAll(/\b[0-9a-f]{64}\b/g, "<hash>")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replaceAll(/ {2,}/g, "  ")
    .trimEnd()
    .split("\n");
  return headOnly ? (lines[0] ?? "") : lines.join("\n");
}
