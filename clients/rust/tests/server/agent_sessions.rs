//! Agents that are present, are well, and hand work over by contract.
use std::time::Duration;

use asyncgate::contract::{
    Agent, AgentHealth, AgentRole, AgentTool, CheckAgentsRequest, HandOffContract, ListAgentSessionsRequest,
    ListReceiptsRequest, Preflight, ReceiptType, RequiredArtifact, receipt_body,
};
use asyncgate::{
    Artifact, Client, Delegation, Done, Ending, ErrorReason, Event, Facts, HandOff, HandlerResult, Job,
    NewAgentSession, NewTask, RetryPolicy, TaskState, Worker,
};

use crate::kit::{PATIENCE, kind, start, url, variable};

const TTL: Duration = Duration::from_secs(1);

/// An operator, and an agent with a tool, whose tasks are of the same type. No other test has it.
async fn operator() -> (Client, String) {
    let client = Client::new(url(), variable("KIT_OPERATOR_KEY")).unwrap();
    let kind = format!("agent-{}", kind());
    let tool = AgentTool { name: "act".into(), task_type: kind.clone(), ..Default::default() };
    let agent = Agent {
        agent_id: kind.clone(),
        roles: vec![AgentRole::Executor.into()],
        tools: vec![tool],
        ..Default::default()
    };
    client.agents().register(agent).await.unwrap();
    (client, kind)
}

fn worker() -> asyncgate::WorkerBuilder {
    Worker::builder(url(), variable("KIT_OPERATOR_KEY")).drain_on_sigterm(false)
}

async fn names(client: &Client, agent_id: &str) -> Vec<String> {
    let filter = ListAgentSessionsRequest { agent_id: agent_id.to_owned(), ..Default::default() };
    let sessions = client.agents().sessions(filter).collect().await.unwrap();
    sessions.into_iter().map(|one| one.name).collect()
}

#[tokio::test]
async fn an_agent_is_present_in_a_session_with_a_worker_in_it() {
    let (client, kind) = operator().await;
    let agents = client.agents();
    let required = Delegation::to(&kind).preflight(Preflight::Required);
    let unwell = agents.delegate(required).await.unwrap_err();
    assert_eq!(unwell.reason(), ErrorReason::PreflightFailed);
    let session = agents.open_session(NewAgentSession::new(&kind, &kind).ttl(TTL * 2)).await.unwrap();
    let collision = agents.open_session(NewAgentSession::new(&kind, &kind)).await.err().unwrap();
    assert_eq!(collision.reason(), ErrorReason::SessionCollision);
    let Some(Facts::AgentSession(by)) = collision.facts() else { panic!("it says who holds the name") };
    assert_eq!((by.agent_session_id.as_str(), &by.holder), (session.id(), &session.session().holder));
    assert!(by.expire_time.unwrap().seconds >= session.session().create_time.unwrap().seconds);
    let builder = worker().agent_session(session.id()).capabilities([format!("agent:{kind}")]);
    let running = start(builder.handler(&kind, |_| async { Ok("done") }));
    let given = agents.delegate(Delegation::to(&kind)).await.unwrap();
    assert_eq!(given.health, AgentHealth::NoProbes);
    assert_eq!(client.result_as::<String>(given.task_id()).await.unwrap(), "done");
    let accepted = ListReceiptsRequest {
        task_id: given.task_id().to_owned(),
        types: vec![ReceiptType::TaskAccepted.into()],
        ..Default::default()
    };
    let receipts = client.receipts(accepted).collect().await.unwrap();
    let Some(receipt_body::Body::TaskAccepted(body)) = receipts[0].body.clone().unwrap().body else {
        panic!("it is a task.accepted receipt")
    };
    assert_eq!(body.agent_session.unwrap().agent_session_id, session.id());
    // The end of the stream is the session's, and it is noticed.
    running.worker.stop_within(Duration::ZERO).await.unwrap();
    let lost = tokio::time::timeout(PATIENCE, session.ended()).await.unwrap().unwrap_err();
    assert_eq!((lost.reason(), session.is_open()), (ErrorReason::AgentSessionNotFound, false));
    session.close("it has ended already").await.unwrap();
}

#[tokio::test]
async fn a_session_is_kept_for_longer_than_its_ttl_until_it_is_closed_or_dropped() {
    let (client, kind) = operator().await;
    let open = async |name: String| client.agents().open_session(NewAgentSession::new(&kind, name).ttl(TTL)).await;
    let kept = open(kind.clone()).await.unwrap();
    drop(open(format!("{kind}-dropped")).await.unwrap());
    let left = NewAgentSession::new(&kind, format!("{kind}-left")).ttl(TTL).keep(false);
    let left = client.agents().open_session(left).await.unwrap();
    // The controls: sessions that are not kept end by themselves.
    while names(&client, &kind).await.iter().any(|name| *name != kind) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(names(&client, &kind).await, [kind.as_str()]);
    assert_eq!(left.keep().await.unwrap_err().reason(), ErrorReason::AgentSessionNotFound);
    assert_eq!((kept.keep().await.unwrap().leases, kept.is_open()), (0, true));
    kept.close("done for today").await.unwrap();
    kept.ended().await.unwrap();
    assert!(names(&client, &kind).await.is_empty());
}

#[tokio::test]
async fn an_agent_that_is_not_there_fails_its_check_unless_an_operator_lets_it_pass() {
    let (client, kind) = operator().await;
    let strict = CheckAgentsRequest { agent_ids: vec![kind.clone()], strict: true, ..Default::default() };
    assert!(!client.agents().check(strict.clone()).await.unwrap().passed);
    client.agents().override_preflight(&kind, Duration::from_secs(60), "it is well").await.unwrap();
    assert!(client.agents().check(strict).await.unwrap().passed);
    let task = NewTask::new(&kind).capabilities([format!("agent:{kind}")]).preflight(Preflight::Required);
    assert_eq!(client.create_task(task).await.unwrap().task.preflight(), Preflight::Required);
}

#[tokio::test]
async fn work_that_is_handed_over_must_fulfill_the_contract_that_it_names() {
    let (client, kind) = operator().await;
    let required = vec![RequiredArtifact { kind: "sources".into(), min: 1, ..Default::default() }];
    let contract = HandOffContract { name: kind.clone(), required, ..Default::default() };
    let put = client.agents().put_contract(contract).await.unwrap();
    assert!(put.changed);
    assert_eq!(Some(client.agents().contract(&kind).await.unwrap()), put.contract);
    assert!(client.agents().contracts().collect().await.unwrap().iter().any(|one| one.name == kind));
    let research = {
        let kind = kind.clone();
        move |job: Job| {
            let kind = kind.clone();
            async move {
                if job.attempt() == 1 {
                    return Ok(HandOff::to_queue("elsewhere").contract(&kind).into());
                }
                let uri = "https://example.org/sources".to_owned();
                let sources = Artifact { kind: "sources".into(), uri, ..Default::default() };
                let done = Done::new().artifact(sources).next(NewTask::new(format!("{kind}-next"))).contract(&kind);
                HandlerResult::Ok(Ending::from(done))
            }
        }
    };
    let running = start(worker().handler(&kind, research));
    let soon = RetryPolicy { initial_interval: Some(Duration::from_millis(10)), ..Default::default() };
    let created = client.create_task(NewTask::new(&kind).retry(soon)).await.unwrap();
    let task = client.await_task_within(created.task_id(), PATIENCE).await.unwrap();
    assert_eq!((task.state(), task.attempt), (TaskState::Succeeded, 2));
    let refused =
        running.heard(|event| if let Event::Refused { error, .. } = event { Some(error.clone()) } else { None });
    assert_eq!(refused.await.reason(), ErrorReason::OutcomeIncomplete);
}
