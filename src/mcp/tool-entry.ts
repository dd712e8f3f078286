// A tool as the generated table has it: one method of the contract, with what hosts and models are told about it.

export type ToolEntry = {
  /** The plain name; the dotted one is `asyncgate.` and this. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly readOnly: boolean;
  readonly idempotent: boolean;
  readonly destructive: boolean;
  /** `asyncgate.v1.TaskService`. */
  readonly service: string;
  readonly method: string;
  /**
   * The methods by the argument `verb`, for a tool that several share; `method` is the first. Absent for all others.
   */
  readonly verbs?: Readonly<Record<string, string>>;
  /** A caller without it is not shown the tool. */
  readonly scope: string;
  /** A scope that is enough for some requests. If empty, there is none. */
  readonly narrowerScope: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
};

export type JsonSchema = { readonly type: "object"; readonly [keyword: string]: unknown };
