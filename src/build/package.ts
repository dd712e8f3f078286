// Makes the npm package of the program, `dist/asyncgate-<version>.tgz`, with its bill of materials. Its sources are
// compiled, because Node strips no types inside of packages; tests and generators stay outside.
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeBillOfMaterials } from "./bill-of-materials.ts";
import { bundleDependencies } from "./bundle-dependencies.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const stage = `${root}dist/package`;

/** What the program reads while it runs, and what people read. */
const copied = [
  "bin",
  "src/store/migrations",
  "gen/openapi/asyncgate.json",
  "docs/deploy",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
];

for (const old of [stage, ...globSync(`${root}dist/asyncgate-*.tgz`)]) rmSync(old, { recursive: true, force: true });
execFileSync("tsc", ["--project", "tsconfig.package.json"], { cwd: root, stdio: ["ignore", 2, 2] });
for (const path of copied) cpSync(`${root}${path}`, `${stage}/${path}`, { recursive: true });

const inside = await bundleDependencies(root, stage);

const reference = `${root}node_modules/swagger-ui-dist`;
for (const name of [
  "swagger-ui.css",
  "swagger-ui-bundle.js",
  "swagger-ui-bundle.js.LICENSE.txt",
  "LICENSE",
  "NOTICE",
]) {
  cpSync(`${reference}/${name}`, `${stage}/assets/swagger-ui/${name}`);
}

type Package = Readonly<Record<string, unknown>>;
const {
  private: _private,
  scripts: _scripts,
  devDependencies: _tools,
  allowScripts: _allow,
  ...kept
} = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as Package;
mkdirSync(stage, { recursive: true });
const needed = Object.entries(kept["dependencies"] as Package).filter(([name]) => !inside.includes(name));
const manifest = { ...kept, dependencies: Object.fromEntries(needed) };
writeFileSync(`${stage}/package.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
const made = execFileSync("npm", ["pack", "--silent", "--pack-destination", ".."], { cwd: stage, encoding: "utf8" });
writeBillOfMaterials(root, `${root}dist/${made.trim().replace(/\.tgz$/, ".cdx.json")}`);
process.stdout.write(`dist/${made.trim()}\n`);
