//! The commands about agents.
use asyncgate::contract::{Agent, AgentTool};
use asyncgate::{Client, Delegation, Error, Route};
use serde_json::{Value, json};

use crate::tasks::text;

pub async fn call(client: &Client, command: &str, args: &Value) -> Result<Value, Error> {
    let agents = client.agents();
    let agent_id = text(&args["agent_id"]);
    match command {
        "register_agent" => {
            let answer = agents.register(agent_of(&args["agent"])).await?;
            Ok(json!({"version": answer.agent.unwrap_or_default().version, "changed": answer.changed}))
        }
        "get_agent" => {
            let agent = agents.get(&agent_id, None).await?;
            let tools: Vec<_> = agent.tools.iter().map(|tool| &tool.name).collect();
            Ok(json!({"agent_id": agent.agent_id, "tools": tools}))
        }
        "agents" => {
            let prefix = text(&args["prefix"]);
            let all = agents.list([]).collect().await?;
            let ids = all.into_iter().map(|agent| agent.agent_id).filter(|id| id.starts_with(&prefix));
            Ok(ids.map(Value::from).collect())
        }
        "agent_tools" => {
            let offered = agents.tools(agent_id).collect().await?;
            Ok(offered
                .into_iter()
                .map(|one| {
                    let tool = one.tool.unwrap_or_default();
                    json!(format!("{} {} {}", one.capability, tool.name, tool.task_type))
                })
                .collect())
        }
        "route" => {
            let answer = agents.route(route_of(&args["by"])).await?;
            let found = answer.match_type().as_str_name().trim_start_matches("ROUTE_MATCH_").to_owned();
            Ok(json!({"agent_id": answer.agent.unwrap_or_default().agent_id, "match": found}))
        }
        "delegate" => {
            let done = agents.delegate(delegation_of(args)).await?;
            Ok(json!({"task_id": done.task_id(), "existed": done.existed, "agent_id": done.agent_id}))
        }
        _ => panic!("there is no command {command}"),
    }
}

fn agent_of(given: &Value) -> Agent {
    let tool =
        |one: &Value| AgentTool { name: text(&one["name"]), task_type: text(&one["task_type"]), ..Default::default() };
    Agent {
        agent_id: text(&given["agent_id"]),
        domain: text(&given["domain"]),
        tools: given["tools"].as_array().into_iter().flatten().map(tool).collect(),
        ..Default::default()
    }
}

fn route_of(by: &Value) -> Route {
    by["domain"].as_str().map_or_else(|| Route::text(text(&by["text"])), Route::domain)
}

fn delegation_of(args: &Value) -> Delegation {
    let work = args["to"].as_str().map_or_else(|| Delegation::by(route_of(&args["by"])), Delegation::to);
    let work = work.tool(text(&args["tool"])).queue(text(&args["queue"]));
    let work = work.idempotency_key(text(&args["idempotency_key"]));
    match args.get("input") {
        Some(input) => work.input(input),
        None => work,
    }
}
