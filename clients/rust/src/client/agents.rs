//! A client's agents: who can do what, which of them a task belongs to, and giving work to one.
use std::time::SystemTime;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::delegate_to_agent_request::To;
use proto::route_query::By;
use proto::{Agent, AgentStatus, OfferedTool, Task};
use serde_json::Value;

use crate::client::calls::{call, keyed, task_of};
use crate::client::{Client, Pages};
use crate::error::Error;
use crate::ids::next_request_id;
use crate::times::time_to;
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
        let proto::DelegateToAgentResponse { task, assigned_receipt_id, existed, agent_id, why, .. } = answer;
        Ok(Delegated { task: task_of(task)?, assigned_receipt_id, existed, agent_id, why })
    }
}
