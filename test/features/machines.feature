@spec_machines
Feature: Machines
  A document says how agents work together.

  @req_machine_checked
  Scenario: Faults of a document are told with their places
    When agent ann checks the machine
      """
      name: broken
      states:
        begin: {type: initial, agent: unknown, transitions: [{to: nowhere}]}
      """
    Then faults are told of states.begin

  @req_machine_runs
  Scenario: A machine is executed by the server, and its agents are workers
    Given worker wim is an agent of the type "agent.echo"
    When agent ann starts the machine
      """
      name: echo
      agents: {echo: agent.echo}
      states:
        begin:
          type: initial
          agent: echo
          input: {say: hello}
          output_to_context: {said: "{{ output.said }}"}
          transitions: end
        end: {type: final, output: {said: "{{ context.said }}"}}
      """
    Then the execution comes to
      """
      {said: hello}
      """
