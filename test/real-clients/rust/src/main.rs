//! Opens, calls and closes tonic's client again and again, then cancels crowds of waiting calls on one connection.
//! Arguments: address, API key, connections, crowds, calls in a crowd. Prints what it has done, one line each.
use std::time::Duration;

use asyncgate_proto::asyncgate::v1::{
    system_service_client::SystemServiceClient, task_service_client::TaskServiceClient, AwaitTaskRequest,
    CreateTaskRequest, GetServerInfoRequest, GetTaskRequest,
};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::Request;

type Failure = Box<dyn std::error::Error>;

/// The waiting calls are under way by then; were they not, their end would only come sooner.
const WAIT_BEFORE_CANCEL: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let url = format!("http://{}", arguments[1]);
    let key: MetadataValue<Ascii> = format!("Bearer {}", arguments[2]).parse()?;
    let connections: u32 = arguments[3].parse()?;
    let (crowds, size): (usize, usize) = (arguments[4].parse()?, arguments[5].parse()?);
    let mut opened = 0;
    while opened < connections {
        if let Err(error) = open_call_close(&url, &key).await {
            eprintln!("connection {}: {error:?}", opened + 1);
            break;
        }
        opened += 1;
    }
    println!("connections {opened}");
    let mut canceled = 0;
    if let Err(error) = cancel_crowds(&url, &key, crowds, size, &mut canceled).await {
        eprintln!("crowd {}: {error:?}", canceled + 1);
    }
    println!("crowds {canceled}");
    Ok(())
}

async fn connect(url: &str) -> Result<Channel, Failure> {
    Ok(Channel::from_shared(url.to_owned())?.connect().await?)
}

fn with_key<Message>(message: Message, key: &MetadataValue<Ascii>) -> Request<Message> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", key.clone());
    request
}

async fn open_call_close(url: &str, key: &MetadataValue<Ascii>) -> Result<(), Failure> {
    let mut system = SystemServiceClient::new(connect(url).await?);
    system.get_server_info(with_key(GetServerInfoRequest {}, key)).await?;
    Ok(())
}

async fn cancel_crowds(
    url: &str,
    key: &MetadataValue<Ascii>,
    crowds: usize,
    size: usize,
    canceled: &mut usize,
) -> Result<(), Failure> {
    let mut tasks = TaskServiceClient::new(connect(url).await?);
    let create = CreateTaskRequest { r#type: "real-clients".into(), ..Default::default() };
    let created = tasks.create_task(with_key(create, key)).await?.into_inner();
    let id = created.task.ok_or("no task")?.task_id;
    while *canceled < crowds {
        let waits: Vec<_> = (0..size)
            .map(|_| {
                let (mut tasks, key, task_id) = (tasks.clone(), key.clone(), id.clone());
                tokio::spawn(async move {
                    tasks.await_task(with_key(AwaitTaskRequest { task_id, ..Default::default() }, &key)).await
                })
            })
            .collect();
        tokio::time::sleep(WAIT_BEFORE_CANCEL).await;
        for wait in &waits {
            wait.abort();
        }
        for wait in waits {
            if let Ok(answer) = wait.await {
                return Err(format!("a waiting call ended with {answer:?}").into());
            }
        }
        let get = GetTaskRequest { task_id: id.clone() };
        tasks.get_task(with_key(get, key)).await?;
        *canceled += 1;
    }
    Ok(())
}
