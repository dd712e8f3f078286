@spec_nodes
Feature: Nodes
  A node runs programs of which nothing is known, in a sandbox.

  @req_node_job @req_node_workspace
  Scenario: A job runs in a workspace of its own, and its output is kept byte for byte
    Given a node
    When agent ann gives the node the job
      """
      script: "echo in > file; pwd; cat file; exit 3"
      """
    Then the job ends as FAILED with the exit code 3
    And the job has printed "in" in a workspace that is gone

  @req_node_network
  Scenario: A job has no network
    Given a node
    When agent ann gives the node the job
      """
      script: "readlink /proc/self/ns/net; grep -c : /proc/net/dev"
      """
    Then the job is alone in a network of its own

  @req_node_workspace
  Scenario: A job that fills its workspace is ended
    Given a node
    When agent ann gives the node the job
      """
      script: "head -c 50000000 /dev/zero > big && sleep 30"
      workspace: {size_bytes: 1000000}
      """
    Then the job does not succeed

  @req_node_output
  Scenario: A flood of output is cut, and its end is kept
    Given a node
    When agent ann gives the node the job
      """
      script: "seq 1 200000; echo the end"
      limits: {output_bytes: 100000}
      """
    Then the job ends as SUCCEEDED with the exit code 0
    And its stdout is truncated, and ends with "the end"

  @req_node_refuses
  Scenario: A job that wants what its node does not allow is refused
    Given a node
    When agent ann gives the node the job
      """
      script: "true"
      network: HOST
      """
    Then the job fails with JOB_REFUSED

  @req_node_config_applied @req_node_ready
  Scenario: A node is ready when its configuration is applied
    Given a node that requires a configuration
    Then the node is not ready because of "config"
    When agent ann sends the node the configuration
      """
      programs: [/bin/true]
      """
    Then the configuration is applied
    And the node is ready
    When agent ann gives the node the job
      """
      script: "true"
      """
    Then the job fails with JOB_REFUSED

  @req_node_config_failed
  Scenario: A configuration that cannot be applied is answered with why
    Given a node that takes configurations
    When agent ann sends the node the configuration
      """
      programs: all of them
      """
    Then the configuration fails with CONFIG_INVALID
    When agent ann gives the node the job
      """
      script: "true"
      """
    Then the job ends as SUCCEEDED with the exit code 0
