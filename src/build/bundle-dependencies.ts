// Puts what the program uses of some packages into its own package, in `vendor/`, so that they need not be installed.
// They are those of which little is used, which with all that they depend on are more than half of an installation, and
// those that consist of many small files, which each start would look for one by one.
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { rolldown } from "rolldown";

const bundled: readonly string[] = [
  "@bufbuild/cel",
  "@bufbuild/protobuf",
  "@connectrpc/connect",
  "@connectrpc/connect-node",
  "@modelcontextprotocol/node",
  "@modelcontextprotocol/server",
  "@opentelemetry/api",
  "@opentelemetry/exporter-trace-otlp-http",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace",
];

/** Bundles the packages, and has the compiled files in `stage` import them from there. Returns their names. */
export async function bundleDependencies(root: string, stage: string): Promise<readonly string[]> {
  const files = globSync("{src,clients,gen}/**/*.js", { cwd: stage }).map((path) => {
    const text = readFileSync(join(stage, path), "utf8");
    return { path, text, specifiers: [...text.matchAll(importing)].map(([, , specifier = ""]) => specifier) };
  });
  const wanted = [...new Set(files.flatMap(({ specifiers }) => specifiers.filter(isBundled)))];
  const licences = await writeBundle(root, stage, wanted);
  writeFileSync(join(stage, "vendor/LICENCES.txt"), licences);
  for (const { path, text, specifiers } of files) {
    if (!specifiers.some(isBundled)) continue;
    const here = text.replaceAll(importing, (all, before: string, specifier: string) => {
      if (!isBundled(specifier)) return all;
      return `${before}"${relative(dirname(path), `vendor/${slugOf(specifier)}.js`)}"`;
    });
    writeFileSync(join(stage, path), here);
  }
  return bundled;
}

const importing = /(\bfrom |\bimport\()"([^"]+)"/g;

function isBundled(specifier: string): boolean {
  return bundled.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

function slugOf(specifier: string): string {
  return specifier.replaceAll(/\W+/g, "-").replace(/^-/, "");
}

/** In one build, so that what several of them use is there once. Our other dependencies stay outside. */
async function writeBundle(root: string, stage: string, specifiers: readonly string[]): Promise<string> {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  const outside = Object.keys(dependencies).filter((name) => !bundled.includes(name));
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(specifiers.map((specifier) => [slugOf(specifier), specifier])),
    platform: "node",
    // OpenTelemetry has modules beside CommonJS, of which no names could be imported.
    resolve: { mainFields: ["module", "main"] },
    external: (id) => id.startsWith("node:") || outside.some((name) => id === name || id.startsWith(`${name}/`)),
  });
  mkdirSync(join(stage, "vendor"), { recursive: true });
  const { output } = await build.write({ dir: join(stage, "vendor"), format: "esm" });
  await build.close();
  const modules = output.flatMap((one) => (one.type === "chunk" ? one.moduleIds : []));
  return licencesOf(modules);
}

/** Of each package that a module is from: its name, its version, and its licence, which has to come along. */
function licencesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
      string,
      string
    >;
    const [file] = globSync("{LICENSE,LICENCE,license}*", { cwd: folder });
    const text = file
      ? readFileSync(join(folder, file), "utf8").trim()
      : `Licensed under ${license}; assets/swagger-ui/LICENSE has the text of Apache-2.0.`;
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
