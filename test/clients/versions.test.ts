// One version for the project and all its kits.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Each kit's file with its version, and how that stands in it. */
const versionIn: Readonly<Record<string, RegExp>> = {
  "clients/typescript/package.json": /^ {2}"version": "(.*)",$/m,
  "clients/python/pyproject.toml": /^version = "(.*)"$/m,
  "clients/go/doc.go": /^const Version = "(.*)"$/m,
  // The stubs are a module of their own, with the same version.
  "clients/go/go.mod": /^\tgithub\.com\/asyncgate\/asyncgate\/gen\/go v(.*)$/m,
  "clients/java/pom.xml": /^ {2}<version>(.*)<\/version>$/m,
  // The stubs are an artifact of their own, with the same version.
  "gen/java/pom.xml": /^ {2}<version>(.*)<\/version>$/m,
  "clients/rust/Cargo.toml": /^version = "(.*)"$/m,
  "gen/rust/Cargo.toml": /^version = "(.*)"$/m,
  // The kit depends on the stubs of its own version.
  "Cargo.toml": /^asyncgate-proto = { version = "(.*?)"/m,
};

test.each(Object.entries(versionIn))("%s has the project's version", (path, pattern) => {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string };
  expect(pattern.exec(readFileSync(`${root}${path}`, "utf8"))?.[1]).toBe(version);
});
