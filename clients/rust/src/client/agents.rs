//! A client's agents: who can do what, which of them a task belongs to, giving work to one, and being present as one.
use std::time::{Duration, SystemTime};

use asyncgate_proto::asyncgate::v1 as proto;
use proto::delegate_to_agent_request::To;
use proto::route_query::By;
use proto::{Agent, AgentHealth, AgentSession, AgentStatus, HandOffContract, OfferedTool, Preflight, Task};
use serde_json::Value;

use crate::client::agent_session::{self, NewAgentSession, OpenedAgentSession};
use crate::client::calls::{call, keyed, task_of};
use crate::client::{Client, Pages};
use crate::error::Error;
use crate::ids::next_request_id;
use crate::times::{duration_to, time_to};
use crate::verification::Verification;
use crate::wait::Wait;

/// The registry of agents. A worker that does the tasks of an agent has the capability `agent:` followed by the
/// agent's id.
#[derive(Clone, Debug)]
pub struct Agents(Client);

/// By what an agent is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Route(proto::RouteQuery);

impl Route {
    /// By words of a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(proto::RouteQuery { by: Some(By::Text(text.into())) })
    }

    /// By the domain of the agent.
    pub fn domain(domain: impl Into<String>) -> Self {
        Self(proto::RouteQuery { by: Some(By::Domain(domain.into())) })
    }

    /// By what the agent must be able to do.
    pub fn capability(capability: impl Into<String>) -> Self {
        Self(proto::RouteQuery { by: Some(By::Capability(capability.into())) })
    }

    /// By the type of the tasks that a tool of the agent becomes.
    pub fn task_type(task_type: impl Into<String>) -> Self {
        Self(proto::RouteQuery { by: Some(By::TaskType(task_type.into())) })
    }
}

/// Work for an agent: `Delegation::to("painter").tool("render").input(&json!({"of": "a tree"}))`. Each method sets the
/// field of that name of the contract's DelegateToAgentRequest, which has the whole meaning.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Delegation(proto::DelegateToAgentRequest);

impl Delegation {
    /// For the agent of this id.
    pub fn to(agent_id: impl Into<String>) -> Self {
        Self(proto::DelegateToAgentRequest { to: Some(To::AgentId(agent_id.into())), ..Default::default() })
    }

    /// For the agent that the route finds.
    pub fn by(route: Route) -> Self {
        Self(proto::DelegateToAgentRequest { to: Some(To::Route(route.0)), ..Default::default() })
    }

    fn set(mut self, set: impl FnOnce(&mut proto::DelegateToAgentRequest)) -> Self {
        set(&mut self.0);
        self
    }

    /// If absent, the tool of the route's task type, or the only one.
    pub fn tool(self, name: impl Into<String>) -> Self {
        self.set(|work| work.tool = name.into())
    }

    /// What the tool gets.
    pub fn input(self, input: &Value) -> Self {
        self.set(|work| work.input = input.to_string())
    }

    /// If absent, `default`.
    pub fn queue(self, queue: impl Into<String>) -> Self {
        self.set(|work| work.queue = queue.into())
    }

    /// Higher is sooner.
    pub fn priority(self, priority: i32) -> Self {
        self.set(|work| work.priority = Some(priority))
    }

    /// A label, by which tasks are listed.
    pub fn label(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(|work| {
            work.labels.insert(name.into(), value.into());
        })
    }

    /// No worker gets the task before this is over.
    pub fn wait(self, wait: impl Into<Wait>) -> Self {
        self.set(|work| work.wait = Some(wait.into().into_contract()))
    }

    /// How the work is checked before it counts as done.
    pub fn verification(self, verification: Verification) -> Self {
        self.set(|work| work.verification = Some(verification.0))
    }

    /// The task fails if it has not ended by then.
    pub fn deadline(self, moment: SystemTime) -> Self {
        self.set(|work| work.deadline = Some(time_to(moment)))
    }

    /// The token of a lease: the task becomes a child of that one.
    pub fn under(self, lease_token: impl Into<String>) -> Self {
        self.set(|work| work.under = lease_token.into())
    }

    /// Your key: delegating again with the same key returns the task that exists.
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        self.set(|work| work.idempotency_key = key.into())
    }

    /// Whether the agent must be well. If absent, it need not be, and the answer says how it is.
    pub fn preflight(self, preflight: Preflight) -> Self {
        self.set(|work| work.preflight = preflight.into())
    }
}

/// The answer to a delegation.
#[derive(Clone, Debug, PartialEq)]
pub struct Delegated {
    /// The task that it became.
    pub task: Task,
    /// The receipt of its assignment.
    pub assigned_receipt_id: String,
    /// True if the task existed already and nothing was written.
    pub existed: bool,
    /// The agent that it was given to.
    pub agent_id: String,
    /// Why it is that one.
    pub why: String,
    /// How the agent is. Unspecified if it was not looked at.
    pub health: AgentHealth,
}

impl Delegated {
    /// The task's id.
    pub fn task_id(&self) -> &str {
        &self.task.task_id
    }
}

impl Client {
    /// The registry of agents.
    pub fn agents(&self) -> Agents {
        Agents(self.clone())
    }
}

impl Agents {
    /// Registers an agent, or changes it. The answer says whether anything has changed.
    pub async fn register(&self, agent: Agent) -> Result<proto::RegisterAgentResponse, Error> {
        let request_id = next_request_id();
        let name = keyed(&request_id);
        let request = proto::RegisterAgentRequest { agent: Some(agent), request_id };
        call!(&self.0, agents.register_agent(request)).await.map_err(name)
    }

    /// An agent as it is; with a version, as it was then.
    pub async fn get(&self, agent_id: &str, version: Option<i64>) -> Result<Agent, Error> {
        let request = proto::GetAgentRequest { agent_id: agent_id.to_owned(), version: version.unwrap_or_default() };
        let agent = call!(&self.0, agents.get_agent(request)).await?.agent;
        let missing = "the server answered without the agent";
        agent.ok_or_else(|| Error::of_kit(proto::ErrorReason::Internal, missing))
    }

    /// All agents by id, or those with one of the statuses.
    pub fn list(&self, statuses: impl IntoIterator<Item = AgentStatus>) -> Pages<Agent> {
        let (client, statuses) = (self.0.clone(), statuses.into_iter().map(i32::from).collect::<Vec<_>>());
        Pages::new(move |page_token| {
            let (client, statuses) = (client.clone(), statuses.clone());
            async move {
                let request = proto::ListAgentsRequest { statuses, page_token, ..Default::default() };
                let page = call!(&client, agents.list_agents(request)).await?;
                Ok((page.agents, page.next_page_token))
            }
        })
    }

    /// What can be delegated to an agent; to all, if the id is empty.
    pub fn tools(&self, agent_id: impl Into<String>) -> Pages<OfferedTool> {
        let (client, agent_id) = (self.0.clone(), agent_id.into());
        Pages::new(move |page_token| {
            let (client, agent_id) = (client.clone(), agent_id.clone());
            async move {
                let request = proto::ListAgentToolsRequest { agent_id, page_token, ..Default::default() };
                let page = call!(&client, agents.list_agent_tools(request)).await?;
                Ok((page.tools, page.next_page_token))
            }
        })
    }

    /// Which agent a task belongs to, and why.
    pub async fn route(&self, by: Route) -> Result<proto::RouteTaskResponse, Error> {
        call!(&self.0, agents.route_task(proto::RouteTaskRequest { query: Some(by.0) })).await
    }

    /// Gives work to an agent, by its id or by a route: it becomes a task.
    pub async fn delegate(&self, work: Delegation) -> Result<Delegated, Error> {
        let mut request = work.0;
        // With an idempotency key, the call is safe to repeat without a request id.
        if request.idempotency_key.is_empty() {
            request.request_id = next_request_id();
        }
        let name = keyed(&request.request_id);
        let answer = call!(&self.0, agents.delegate_to_agent(request)).await.map_err(name)?;
        let health = answer.health();
        let proto::DelegateToAgentResponse { task, assigned_receipt_id, existed, agent_id, why, .. } = answer;
        Ok(Delegated { task: task_of(task)?, assigned_receipt_id, existed, agent_id, why, health })
    }

    /// Whether agents are well, by their endpoints and their live sessions: those with the ids of the request, or with
    /// its capability. Strictly, an agent of which nothing is known does not pass.
    pub async fn check(&self, which: proto::CheckAgentsRequest) -> Result<proto::CheckAgentsResponse, Error> {
        call!(&self.0, agents.check_agents(which)).await
    }

    /// Lets an agent pass its preflight for some time, whatever its health; with zero, no longer. For operators.
    pub async fn override_preflight(
        &self,
        agent_id: &str,
        span: Duration,
        reason: impl Into<String>,
    ) -> Result<(), Error> {
        let request_id = next_request_id();
        let name = keyed(&request_id);
        let request = proto::OverridePreflightRequest {
            agent_id: agent_id.to_owned(),
            duration: Some(duration_to(span)),
            reason: reason.into(),
            request_id,
        };
        call!(&self.0, agents.override_preflight(request)).await.map_err(name).map(|_| ())
    }

    /// Keeps a contract by which work is handed over, or changes it. For operators.
    pub async fn put_contract(&self, contract: HandOffContract) -> Result<proto::PutHandOffContractResponse, Error> {
        let request_id = next_request_id();
        let name = keyed(&request_id);
        let request = proto::PutHandOffContractRequest { contract: Some(contract), request_id };
        call!(&self.0, agents.put_hand_off_contract(request)).await.map_err(name)
    }

    /// A contract by its name.
    pub async fn contract(&self, name: &str) -> Result<HandOffContract, Error> {
        let request = proto::GetHandOffContractRequest { name: name.to_owned() };
        let contract = call!(&self.0, agents.get_hand_off_contract(request)).await?.contract;
        let missing = "the server answered without the contract";
        contract.ok_or_else(|| Error::of_kit(proto::ErrorReason::Internal, missing))
    }

    /// All contracts by name.
    pub fn contracts(&self) -> Pages<HandOffContract> {
        let client = self.0.clone();
        Pages::new(move |page_token| {
            let client = client.clone();
            async move {
                let request = proto::ListHandOffContractsRequest { page_token, ..Default::default() };
                let page = call!(&client, agents.list_hand_off_contracts(request)).await?;
                Ok((page.contracts, page.next_page_token))
            }
        })
    }

    /// Is present as an agent, in one role, until the session is closed.
    pub async fn open_session(&self, session: NewAgentSession) -> Result<OpenedAgentSession, Error> {
        OpenedAgentSession::open(&self.0, session).await
    }

    /// The live sessions: of one agent or with one name, or with an empty filter, all.
    pub fn sessions(&self, filter: proto::ListAgentSessionsRequest) -> Pages<AgentSession> {
        let client = self.0.clone();
        Pages::new(move |page_token| {
            let (client, filter) = (client.clone(), filter.clone());
            async move {
                let request = proto::ListAgentSessionsRequest { page_token, ..filter };
                let page = call!(&client, agents.list_agent_sessions(request)).await?;
                Ok((page.sessions, page.next_page_token))
            }
        })
    }

    /// Ends a session by its id: one's own, or, for an operator, any. One that has ended already counts as closed.
    pub async fn close_session(&self, agent_session_id: &str, reason: impl Into<String>) -> Result<(), Error> {
        agent_session::close(&self.0, agent_session_id, reason.into()).await
    }
}
