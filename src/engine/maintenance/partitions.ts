// The weeks of the ledger: made ahead, so that writes do not meet one that is missing.

import { makeWeeks } from "../../store/weeks.ts";
import type { Engine } from "../engine.ts";

export function makePartitions(engine: Engine): Promise<number> {
  return makeWeeks(engine.database);
}
