// What is wrong with a spec, for the person who wrote it.

export type SpecFault = {
  /** A path within the spec: `cron[0]`, `exclude.calendar[1].hour[0]`. Empty for the spec as a whole. */
  readonly field: string;
  /** Where in the text of the field, from 1. Absent where there is no text. */
  readonly column?: number;
  readonly description: string;
};
