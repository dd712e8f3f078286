// Before each test file: every property draws from the seed of the run, and as often as RUNS asks for.
import fc from "fast-check";
import { seed, times } from "./random.ts";

const runsUsual = 100;

fc.configureGlobal({ seed, numRuns: times(runsUsual) });
