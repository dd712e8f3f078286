// Compiles the code of the pages with the kits of its language: programs as they stand, fragments with what is around
// them.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOf, type PageBlock, root } from "./blocks.ts";
import { fragments } from "./fragments.ts";

type Language = (typeof fragments)[number]["language"];

/** Programs with a client that is generated from REST's document need that. */
const generated = "./client";

export function codeIn(blocks: readonly PageBlock[], language: Language): PageBlock[] {
  return blocks.filter((block) => block.language === language && !block.text.includes(`"${generated}"`));
}

/** As a whole file. */
export function sourceOf(block: PageBlock): string {
  const { before = "", after = "" } = fragments.find((one) => isOf(one, block)) ?? {};
  return `${before}${block.text}${after}\n`;
}

/** A name for its file that leads back to the page. */
function nameOf({ page, line }: PageBlock): string {
  return `${page.replaceAll(/\W/g, "_").toLowerCase()}_${line}`;
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "asyncgate-code-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a compiler says, or nothing. */
function run(cwd: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string[] {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (error) return [`${program}: ${error.message}`];
  return status === 0 ? [] : [`${program} ${args.join(" ")}\n${stdout}${stderr}`];
}

/** The strictest flags with which the kit is used, and the kit as it lies here. */
export function compileTypeScript(blocks: readonly PageBlock[]): string[] {
  return inFolder((folder) => {
    const kit = join(root, "clients/typescript/src");
    const paths = {
      "@asyncgate/client": [`${kit}/index.ts`],
      "@asyncgate/client/browser": [`${kit}/browser.ts`],
      "@asyncgate/client/contract/*": [`${root}gen/typescript/asyncgate/v1/*_pb.ts`],
    };
    const compilerOptions = {
      ...{
        target: "es2024",
        lib: ["es2024", "dom"],
        module: "nodenext",
        noEmit: true,
        strict: true,
        skipLibCheck: true,
      },
      ...{ exactOptionalPropertyTypes: true, allowImportingTsExtensions: true, moduleDetection: "force", paths },
      ...{ typeRoots: [join(root, "node_modules/@types")], types: ["node"] },
    };
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    // What the programs import beside the kit.
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    for (const block of blocks) writeFileSync(join(folder, `${nameOf(block)}.ts`), sourceOf(block));
    return run(folder, join(root, "node_modules/.bin/tsc"), ["--project", "."]);
  });
}

/** The program of docs/rest.md, with the client that its generator makes of our document. */
export function compileGeneratedClient(blocks: readonly PageBlock[]): string[] {
  const program = blocks.find((block) => block.language === "ts" && block.text.includes(`"${generated}"`));
  if (!program) return [];
  const tools = join(root, ".tools/rest-client/node_modules/.bin");
  return inFolder((folder) => {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "main.ts"), program.text);
    const input = join(root, "gen/openapi/asyncgate.json");
    const flags = ["--strict", "--module", "preserve", "--target", "es2022", "--noEmit", "--types", "node"];
    return [
      ...run(root, ".ci/install-tools", ["rest-client"]),
      ...run(folder, `${tools}/openapi-ts`, ["--input", input, "--output", "client", "--silent", "--no-log-file"]),
      ...run(folder, `${tools}/tsc`, [...flags, "--typeRoots", join(root, "node_modules/@types"), "main.ts"]),
    ];
  });
}

/** By mypy, with the kit as it lies here. A fragment may await outside of a function. */
export function compilePython(blocks: readonly PageBlock[]): string[] {
  return inFolder((folder) => {
    const files = blocks.map((block) => {
      writeFileSync(join(folder, `${nameOf(block)}.py`), sourceOf(block));
      return `${nameOf(block)}.py`;
    });
    const flags = [
      "--strict",
      "--allow-untyped-defs",
      "--allow-incomplete-defs",
      "--ignore-missing-imports",
      "--disable-error-code",
      "top-level-await",
      "--no-incremental",
    ];
    const python = join(root, ".tools/python-kit/bin/python");
    const MYPYPATH = `${join(root, "clients/python/src")}:${join(root, "gen/python")}`;
    return [
      ...run(root, ".ci/install-tools", ["python-kit"]),
      ...run(folder, python, ["-m", "mypy", ...flags, ...files], { MYPYPATH }),
    ];
  });
}

/** Each is a program in a folder of one module. */
export function compileGo(blocks: readonly PageBlock[]): string[] {
  return inFolder((folder) => {
    for (const block of blocks) {
      mkdirSync(join(folder, nameOf(block)));
      writeFileSync(join(folder, nameOf(block), "main.go"), sourceOf(block));
    }
    const module = "github.com/asyncgate/asyncgate";
    const replaced = ["clients/go", "gen/go"].map((path) => `-replace=${module}/${path}=${join(root, path)}`);
    // The versions that the kit is tested with.
    writeFileSync(join(folder, "go.sum"), readText("clients/go/go.sum"));
    return [
      ...run(folder, "go", ["mod", "init", "example.org/pages"]),
      ...run(folder, "go", ["mod", "edit", ...replaced]),
      ...run(folder, "go", ["mod", "tidy"]),
      ...run(folder, "go", ["vet", "./..."]),
    ];
  });
}

/** Each in a folder of its own, because their classes have the same names. */
export function compileJava(blocks: readonly PageBlock[]): string[] {
  const classes = `${root}.tools/java-kit/driver.jar:${root}.tools/java-stubs/lib/*`;
  return inFolder((folder) => [
    ...run(root, ".ci/install-tools", ["java-kit"]),
    ...blocks.flatMap((block) => {
      const source = sourceOf(block);
      const place = join(folder, nameOf(block));
      mkdirSync(place);
      const file = `${/public class (\w+)/.exec(source)?.[1] ?? "Fragment"}.java`;
      writeFileSync(join(place, file), source);
      return run(place, "javac", ["-cp", classes, "-d", "classes", "--release", "17", file]);
    }),
  ]);
}

/** Each is a module of one crate, or a program of it. Dependencies are compiled where those of the kit are. */
export function compileRust(blocks: readonly PageBlock[]): string[] {
  return inFolder((folder) => {
    mkdirSync(join(folder, "src/bin"), { recursive: true });
    const [programs, parts] = [blocks.filter(isProgram), blocks.filter((block) => !isProgram(block))];
    for (const block of programs) writeFileSync(join(folder, `src/bin/${nameOf(block)}.rs`), sourceOf(block));
    for (const block of parts) writeFileSync(join(folder, `src/${nameOf(block)}.rs`), sourceOf(block));
    writeFileSync(join(folder, "src/lib.rs"), parts.map((block) => `pub mod ${nameOf(block)};\n`).join(""));
    const manifest = [
      '[package]\nname = "pages"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]',
      `asyncgate = { path = "${join(root, "clients/rust")}" }`,
      'serde_json = "1"\ntokio = { version = "1", features = ["macros", "rt-multi-thread"] }\n\n[workspace]\n',
    ];
    writeFileSync(join(folder, "Cargo.toml"), manifest.join("\n"));
    writeFileSync(join(folder, "Cargo.lock"), readText("Cargo.lock"));
    const env = { CARGO_TARGET_DIR: join(root, ".tools/cargo"), CARGO_PROFILE_DEV_DEBUG: "line-tables-only" };
    return run(folder, "cargo", ["check", "--quiet", "--all-targets"], env);
  });
}

function readText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function isProgram({ text }: PageBlock): boolean {
  return text.includes("fn main()");
}
