// A document that a call brings, to what is kept and executed of it, or every fault. Loaded with the first document:
// the parsers of YAML and of expressions are some megabytes, and most servers see none.

import { type FieldViolation, invalidArgument, Refused } from "../../core/refusal.ts";
import type { NewMachine } from "../../engine/machines/put-machine.ts";
import type { Fault } from "../../machines/document/faults.ts";
import { machineHash, machineText } from "../../machines/document/machine-json.ts";
import { loadMachine } from "../../machines/validation/load.ts";
import type { Rules } from "../rules/rules.ts";

export type Checked = { readonly machine: NewMachine } | { readonly faults: readonly Fault[] };

export async function checkDocument(text: string, rules: Rules): Promise<Checked> {
  const loaded = await loadMachine(text, {
    checkRules: (schema, message) => rules.check(schema, message)?.violations ?? [],
  });
  // They quote the document, which may have half of a character from an escape: that cannot be sent.
  if ("faults" in loaded) return { faults: loaded.faults.map(wellFormed) };
  const { name, version } = loaded.machine;
  return { machine: { name, version, hash: machineHash(loaded.machine), document: machineText(loaded.machine) } };
}

/** Error details travel in trailers that some clients cap at 8 KiB; ValidateMachine tells all faults. */
const faultsMax = 10;
const messageMax = 240;
const pathMax = 200;

export async function checkedDocument(text: string, rules: Rules): Promise<NewMachine> {
  const checked = await checkDocument(text, rules);
  if ("machine" in checked) return checked.machine;
  throw refusedDocument(checked.faults);
}

export function refusedDocument(faults: readonly Fault[]): Refused {
  const violations = faults.slice(0, faultsMax).map(({ path, message, line, column }): FieldViolation => {
    const place = line === undefined ? "" : ` (line ${line}, column ${column ?? 1})`;
    return {
      field: path === "" ? "document" : cut(`document.${path}`, pathMax),
      description: `${cut(message, messageMax)}${place}`,
      rule: "machine",
    };
  });
  return new Refused(invalidArgument(violations, faults.length - violations.length));
}

function wellFormed(fault: Fault): Fault {
  return { ...fault, path: fault.path.toWellFormed(), message: fault.message.toWellFormed() };
}

/** Not within a character. */
function cut(text: string, most: number): string {
  return text.slice(0, most).toWellFormed();
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;

/** A name is part of a path and of `name@version`, and a version is not taken for a hash. */
export function refuseUnkeepable({ name, version }: NewMachine, hashPrefix: string): void {
  const faults: Fault[] = [];
  if (!namePattern.test(name)) {
    const message = "must be letters, digits, and `.`, `_`, `~`, `-`, with no sign first, to be kept";
    faults.push({ path: "name", message });
  }
  if (version.startsWith(hashPrefix)) faults.push({ path: "version", message: `must not begin with ${hashPrefix}` });
  if (faults.length > 0) throw refusedDocument(faults);
}
