// What the npm package of the program is made of, as CycloneDX: npm tells all that the lock file names, and what only
// development needs is left out here. With `--omit dev`, npm also leaves out what development needs as well.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

type Component = { readonly "bom-ref": string; readonly name: string };
type Dependency = { readonly ref: string; readonly dependsOn: readonly string[] };
export type Bill = {
  readonly serialNumber: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
};

/** Packages of which files are copied into ours. */
const copied = ["swagger-ui-dist"];

export function writeBillOfMaterials(root: string, file: string): void {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--package-lock-only"];
  const bill = JSON.parse(execFileSync("npm", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 })) as Bill;
  const { name, dependencies, optionalDependencies } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const { component } = bill.metadata;
  const named = { ...bill, metadata: { ...bill.metadata, component: { ...component, name } } };
  const needed = Object.keys({ ...dependencies, ...optionalDependencies });
  writeFileSync(file, `${JSON.stringify(onlyProduct(named, needed, copied), undefined, 2)}\n`);
}

/** These packages and all that they need, and those that are copied. */
export function onlyProduct(bill: Bill, names: readonly string[], alone: readonly string[]): Bill {
  const nextOf = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const top = bill.metadata.component["bom-ref"];
  const nameOf = new Map(bill.components.map((component) => [component["bom-ref"], component.name]));
  const direct = (nextOf.get(top) ?? []).filter((ref) => names.includes(nameOf.get(ref) ?? ""));
  const kept = new Set(direct);
  for (const ref of kept) for (const next of nextOf.get(ref) ?? []) kept.add(next);
  const copies = (nextOf.get(top) ?? []).filter((ref) => alone.includes(nameOf.get(ref) ?? ""));
  return {
    ...bill,
    components: bill.components.filter(({ "bom-ref": ref }) => kept.has(ref) || copies.includes(ref)),
    dependencies: [
      { ref: top, dependsOn: [...direct, ...copies] },
      ...bill.dependencies.filter(({ ref }) => kept.has(ref)),
    ],
  };
}
