@spec_identity
Feature: Identity and rights
  Who calls is said by the credential, and by nothing else.

  @req_call_needs_credential
  Scenario: A call without a credential is refused
    When a caller without a credential lists tasks
    Then the call is refused with UNAUTHENTICATED

  @req_role_bounds_calls
  Scenario: A role allows what it says, and nothing else
    Given agent ann hands over the task "secret"
    When agent ann takes "secret"
    Then the call is refused with PERMISSION_DENIED
    When worker wim hands over the task "mine"
    Then the call is refused with PERMISSION_DENIED

  @req_tenant_from_credential
  Scenario: A task belongs to the principal of its credential
    When agent ann hands over the task "mine"
    Then the owner of "mine" is agent ann

  @req_administration_audited
  Scenario: What administrators do is on record
    Given agent ann hands over the task "any"
    Then the administrator finds CreateTenant and CreateApiKey on record
