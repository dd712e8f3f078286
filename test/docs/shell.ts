// Runs the commands of a page in one shell, in their order, as a reader would: what one sets, the next ones have. The
// server is real. Placeholders of the pages (`<id>`, `0198…`, `agl1_…`) become what commands before have printed.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Scene, Step } from "./scenes.ts";

/** The commands of a block: a line each, unless a quote or a backslash goes on with the next one. */
export function commandsOf(block: string): string[] {
  const commands: string[] = [];
  let command = "";
  for (const line of block.split("\n")) {
    command += command === "" ? line : `\n${line}`;
    if (isOpen(command)) continue;
    if (!/^\s*(?:#.*)?$/.test(command)) commands.push(command.trim());
    command = "";
  }
  return command.trim() === "" ? commands : [...commands, command];
}

function isOpen(command: string): boolean {
  let quote = "";
  for (let at = 0; at < command.length; at += 1) {
    const character = command[at] ?? "";
    if (character === "\\" && quote !== "'") at += 1;
    else if (quote === "" && (character === "'" || character === '"')) quote = character;
    else if (character === quote) quote = "";
    else if (quote === "" && character === "#" && /(?:^|\s)$/.test(command.slice(0, at))) {
      const end = command.indexOf("\n", at);
      if (end < 0) return false;
      at = end;
    }
  }
  return quote !== "" || /(?:^|[^\\])(?:\\\\)*\\$/.test(command);
}

/** What bash says against a block, without running it. Placeholders in angle brackets are words. */
export function syntaxFault(block: string): string | undefined {
  const { status, stderr } = spawnSync("bash", ["-n"], {
    input: block.replaceAll(/<([a-z-]+)>/g, "$1"),
    encoding: "utf8",
  });
  return status === 0 ? undefined : stderr.trim();
}

export type Server = { readonly url: string; readonly dataDir: string; readonly databaseUrl: string };

export type Ran = {
  readonly command: string;
  /** Undefined if it was not come to, because one before it failed. */
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
};

const pageTimeoutMs = 180_000;

/** Runs the commands, and stops at the first that ends as it should not. */
export async function runPage(
  root: string,
  server: Server,
  commands: readonly string[],
  scene: Scene = {},
): Promise<Ran[]> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-page-"));
  try {
    const place = await makePlace(folder, root, scene);
    const steps = commands.map((command) => scene.commands?.find((step) => command.startsWith(step.command)));
    for (const [at, command] of commands.entries()) await writeFile(join(folder, `${at}.command`), command);
    await writeFile(join(folder, "script"), scriptOf(scene, steps, folder));
    const said = await runScript(folder, place, environmentOf(root, place, server));
    const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => "");
    return await Promise.all(
      commands.map(async (command, at) => {
        const code = await read(`${at}.code`);
        const [out, err] = [await read(`${at}.out`), await read(`${at}.err`)];
        return { command, code: code === "" ? undefined : Number(code), out, err: code === "" ? `${err}${said}` : err };
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder that looks like a clone, in which commands may write what they like. */
async function makePlace(folder: string, root: string, { files = {} }: Scene): Promise<string> {
  const place = join(folder, "clone");
  await mkdir(join(folder, "config"), { recursive: true });
  await mkdir(place);
  for (const name of ["bin", "src", "docs", "gen", "clients", "examples", "node_modules", "package.json"]) {
    await symlink(join(root, name), join(place, name));
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(place, name), text, { mode: 0o700 });
  return place;
}

function environmentOf(root: string, place: string, { url, dataDir, databaseUrl }: Server): NodeJS.ProcessEnv {
  const { HOME: _home, ASYNCGATE_URL: _url, ASYNCGATE_API_KEY: _key, ...environment } = process.env;
  return {
    ...environment,
    PATH: `${place}/bin:${root}/.tools/python-kit/bin:${environment["PATH"]}`,
    HOME: join(place, "..", "config"),
    NO_COLOR: "1",
    ASYNCGATE_DATA_DIR: dataDir,
    URL: url,
    DATABASE: databaseUrl,
  };
}

function scriptOf({ given = "", fill = {} }: Scene, steps: readonly (Step | undefined)[], folder: string): string {
  const fills = Object.entries(fill).map(([text, by]) => `text=\${text//${quoted(text)}/${by}}`);
  const runs = steps.flatMap((step, at) => [
    step?.given ?? "",
    step?.goesOn ? `__start ${at} ${quoted(step.goesOn)}` : `__run ${at} ${step?.exits ?? 0}`,
  ]);
  return [
    `OUT=${quoted(folder)}`,
    `source ${quoted(fileURLToPath(new URL("page-shell.sh", import.meta.url)))}`,
    ["__fill_page() {", "local text=$1", ...fills, `printf '%s' "$text"`, "}"].join("\n"),
    given,
    ...runs,
  ].join("\n");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

async function runScript(folder: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const bash = spawn("bash", ["--noprofile", "--norc", join(folder, "script")], {
    cwd,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  bash.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  // Its trap ends what it has started.
  const timer = setTimeout(() => bash.kill("SIGTERM"), pageTimeoutMs);
  await once(bash, "close");
  clearTimeout(timer);
  return said;
}
