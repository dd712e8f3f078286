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

  @req_node_register
  Scenario: A machine registers with a pre-shared key, and gets a credential of its own
    Given a machine that registers with a key of operator olga
    Then it becomes a node that is given work
    And it acts as "node:machine"
    And the node owes no answer

  @req_node_config_applied @req_node_config_fetched
  Scenario: A node applies its configuration and says so
    Given a machine that registers with a key of operator olga
    Then it becomes a node that is given work
    When operator olga configures the node
      """
      sandbox: {programs: {names: [/bin/true]}}
      """
    Then the node answers that it is APPLIED
    And the node owes no answer
    And the versions that the node got are in order
    When agent ann gives the node the job
      """
      script: "true"
      """
    Then the job fails with JOB_REFUSED

  @req_node_config_failed @req_node_ready @req_node_explained
  Scenario: A configuration with which no job could run is rolled back
    Given a machine that registers with a key of operator olga
    Then it becomes a node that is given work
    When operator olga configures the node
      """
      sandbox: {limits: {pids: 1}}
      """
    Then the node answers that it is ROLLED_BACK
    And the node is not ready because of "config"
    And what keeps the node from work is CONFIG_NOT_APPLIED, NOT_READY
    When operator olga configures the node
      """
      sandbox: {limits: {pids: 64}}
      """
    Then the node answers that it is APPLIED
    And the node is ready

  @req_node_pushed
  Scenario: A dispatcher gives a node work at its own address, with its own token
    Given a machine in the mode push that registers with a key of operator olga
    Then what keeps the node from work is NOT_READY, NO_ADDRESS
    When operator olga configures where the node is
    Then it becomes a node that is given work
    And the node takes no call without its token
    When dispatcher dirk works
    And agent ann gives the node the job
      """
      script: "echo in > file; pwd; cat file; exit 3"
      """
    Then the job ends as FAILED with the exit code 3
    And the job has printed "in" in a workspace that is gone

  @req_node_no_inference
  Scenario: A node that must have a model server is not ready without it
    Given a machine that registers with a key of operator olga
    Then it becomes a node that is given work
    When operator olga configures the node
      """
      inference: {required: true, probe_url: "http://127.0.0.1:1/"}
      """
    Then the node answers that it is APPLIED
    And the node is not ready because of "inference"

  @req_node_explained
  Scenario: A node that is drained says why it gets no work
    Given a machine that registers with a key of operator olga
    Then it becomes a node that is given work
    When operator olga drains the node
    Then what keeps the node from work is DRAINING

  @req_node_roll_out
  Scenario: A configuration is rolled out to a node, and rolled back where no job could run with it
    Given a machine that registers with a key of operator olga
    Then it becomes a node that is given work
    When operator olga rolls a configuration out to it
      """
      sandbox: {limits: {pids: 64}}
      """
    Then the roll-out ends as COMPLETED with 1 applied
    When operator olga rolls a configuration out to it
      """
      sandbox: {limits: {pids: 1}}
      """
    Then the roll-out ends as ROLLED_BACK with 1 reverted
    And the node has its limit of 64 processes again
    And the node owes no answer
