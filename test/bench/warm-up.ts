// Runs work until its pace stands still: compilers still change code after 20,000 tasks, and a measurement that begins
// before they have finished measures them.

export type WarmUpSize = {
  /** The tasks of one run. */
  readonly tasks: number;
  /** After so many runs the measurement begins in any case: on a busy machine no two runs may be alike. */
  readonly runsMax: number;
};

/** The pace of each run in tasks a second, and whether the last two were alike. */
export type WarmUp = { readonly paces: readonly number[]; readonly isSteady: boolean };

/** Two successive paces that differ by less than this share of the later one are alike. */
const tolerance = 0.05;

/** `paceOf` runs so many tasks and returns how many it did a second. */
export async function warmUp(
  { tasks, runsMax }: WarmUpSize,
  paceOf: (tasks: number) => Promise<number>,
): Promise<WarmUp> {
  const paces: number[] = [];
  while (paces.length < runsMax) {
    const pace = await paceOf(tasks);
    const last = paces.at(-1);
    paces.push(pace);
    if (last !== undefined && Math.abs(pace - last) < tolerance * pace) return { paces, isSteady: true };
  }
  return { paces, isSteady: false };
}

export function warmUpText({ tasks }: WarmUpSize, { paces, isSteady }: WarmUp): string {
  const seen = paces.map((pace) => Math.round(pace)).join(", ");
  const end = isSteady ? "" : "; not steady";
  return `warmed up with ${paces.length} × ${tasks} tasks, at ${seen} tasks/s${end}`;
}
