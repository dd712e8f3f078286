// The documents that are executed under faults. Their agents are workers in two languages: `capabilities` says in which
// one a call is answered, so both take part in each execution.

const inner = JSON.stringify({
  name: "inner",
  expression: "cel",
  agents: { py: { task_type: "m.work", capabilities: ["python"] } },
  states: {
    work: { type: "initial", agent: "py", input: "{{ input }}", transitions: "end" },
    end: { type: "final" },
  },
});

const head = (name: string, context = "") => `
name: ${name}
expression: cel
context: {id: "{{ input.id }}"${context}}
machines: {inner: {inline: ${inner}}}
agents:
  ts: {task_type: m.work, capabilities: [typescript]}
  py: {task_type: m.work, capabilities: [python]}
  ts_limited: {task_type: m.limited, capabilities: [typescript]}
  py_limited: {task_type: m.limited, capabilities: [python]}
  flaky: {task_type: m.flaky, capabilities: [typescript]}
  tooler: {task_type: m.tooler, capabilities: [python]}
  panelist: m.panelist
  placer: {task_type: m.placed, capabilities: [python]}
`;

/** What a step launches, in all its forms: samples, machines, machines that go on by themselves. */
export const launches = `${head("launches")}
states:
  start:
    type: initial
    launch: [inner, inner]
    launch_input: {n: 99}
    agent: ts
    input: {n: "{{ input.id }}"}
    execution: {parallel: {n_samples: 3}}
    output_to_context: {samples: "{{ output }}"}
    transitions: each
  each:
    foreach: "[1, 2, 3]"
    key: '"k" + string(item)'
    machine: inner
    input: {n: "{{ item * 10 }}"}
    output_to_context: {each: "{{ output }}"}
    transitions: last
  last:
    agent: py
    input: {after: "{{ context.each }}"}
    output_to_context: {last: "{{ output }}"}
    transitions: done
  done: {type: final, output: "{{ context }}"}
`;

/** Every kind of state, in one execution. */
export const whole = `${head("whole", ", n: 0")}
states:
  retried:
    type: initial
    agent: flaky
    execution: {retry: {backoffs: [1ms, 1ms, 1ms]}}
    output_to_context: {first: "{{ output }}"}
    transitions: sampled
  sampled:
    agent: py
    input: {n: 1}
    execution: {parallel: {n_samples: 3}}
    output_to_context: {samples: "{{ output }}"}
    transitions: listed
  listed:
    foreach: "[1, 2, 3]"
    key: '"k" + string(item)'
    machine: inner
    input: {n: "{{ item * 10 }}"}
    launch: inner
    launch_input: {n: 99}
    output_to_context: {listed: "{{ output }}"}
    transitions: raced
  raced:
    foreach: "[7, 8]"
    mode: any
    agent: ts
    input: {n: "{{ item }}", only: 8}
    output_to_context: {raced: "{{ output }}"}
    transitions: voted
  voted:
    agent: py
    input: {n: 5}
    execution: {mdap_voting: {k_margin: 2, max_candidates: 4}}
    output_to_context: {voted: "{{ output }}"}
    transitions: tooled
  tooled:
    agent: tooler
    tool_loop: {allowed: [work], max_tool_calls: 3}
    output_to_context: {tooled: "{{ output }}", why: "{{ result.tool_loop }}"}
    transitions: checked
  checked:
    agent: placer
    input: {n: 6}
    hooks: {before: [note], after: [note]}
    verify: {panel: [panelist, panelist], budget: {candidates: 2}}
    output_to_context: {checked: "{{ result.verify }}"}
    transitions: signaled
  signaled:
    wait_for: "faults/{{ input.id }}"
    output_to_context: {signal: "{{ output }}"}
    transitions: timed
  timed:
    wait_for: "faults/never"
    timeout: 20ms
    on_error: {TIMEOUT: looped}
    transitions: looped
  looped:
    agent: ts
    input: {n: "{{ context.n }}"}
    output_to_context: {n: "{{ context.n + 1 }}"}
    transitions: [{condition: context.n >= 3, to: done}, {to: looped}]
  done: {type: final, output: "{{ context }}"}
`;

/** One of four calls never ends by itself. How many of the others have ended when time is over is left to chance. */
export const timed = `${head("timed")}
states:
  work:
    type: initial
    foreach: "[0, 1, 2, 3]"
    agent: py
    input: {n: "{{ item }}", hangs: "{{ item == 3 }}"}
    timeout: 3s
    output_to_context: {results: "{{ results }}"}
    on_error: late
    transitions: done
  done: {type: final, output: {results: "{{ context.results }}"}}
  late: {type: final, output: {results: "{{ error.type }}"}}
`;

/** One fails, one never ends, one succeeds. */
export const raced = `${head("raced")}
states:
  race:
    type: initial
    foreach: "[0, 1, 2]"
    mode: any
    agent: ts
    input: {n: "{{ item }}", only: 2, hangs: "{{ item == 1 }}"}
    timeout: 30m
    output_to_context: {first: "{{ output }}", results: "{{ results }}"}
    transitions: again
  again:
    foreach: "[5, 6]"
    mode: any
    agent: py
    input: {n: "{{ item }}", only: 6}
    output_to_context: {second: "{{ output }}"}
    transitions: done
  done:
    type: final
    output: {first: "{{ context.first }}", second: "{{ context.second }}", results: "{{ context.results }}"}
`;

/** Two calls are refused by a rate limit, in each language, and say when another try may succeed. */
export const limited = `${head("limited")}
states:
  one:
    type: initial
    agent: ts_limited
    input: {n: 1}
    execution: {retry: {backoffs: [1ms, 1ms, 1ms], jitter: 0.5}}
    timeout: 30m
    output_to_context: {one: "{{ output }}"}
    transitions: other
  other:
    agent: py_limited
    input: {n: 2}
    execution: {retry: {backoffs: [1ms, 1ms, 1ms], jitter: 0.5}}
    timeout: 30m
    output_to_context: {other: "{{ output }}"}
    transitions: done
  done: {type: final, output: "{{ context }}"}
`;

/** A thousand steps; each fiftieth is a call, in the two languages by turns. */
export const looped = `${head("looped", ", n: 0, last: {did: 0}")}
settings: {max_steps: 2000}
states:
  count:
    type: initial
    output_to_context: {n: "{{ context.n + 1 }}"}
    transitions:
      - {condition: context.n >= 1000, to: done}
      - {condition: context.n % 100 == 0, to: ask_ts}
      - {condition: context.n % 50 == 0, to: ask_py}
      - {to: count}
  ask_ts: {agent: ts, input: {n: "{{ context.n }}"}, output_to_context: {last: "{{ output }}"}, transitions: count}
  ask_py: {agent: py, input: {n: "{{ context.n }}"}, output_to_context: {last: "{{ output }}"}, transitions: count}
  done: {type: final, output: "{{ context }}"}
`;
