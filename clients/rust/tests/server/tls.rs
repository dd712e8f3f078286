//! The kit over TLS: it trusts the authorities that it is given, and no others.
use asyncgate::{Client, ErrorReason, Event, Job, NewTask, RetryOptions, Tls, Worker};

use crate::kit::{kind, start, variable};

fn client(tls: Tls) -> Client {
    let retry = RetryOptions { attempts_max: Some(1), ..RetryOptions::default() };
    Client::builder(variable("KIT_TLS_URL"), "tasker-key").tls(tls).retry(retry).build().unwrap()
}

fn worker(kind: &str, tls: Tls) -> asyncgate::WorkerBuilder {
    let builder = Worker::builder(variable("KIT_TLS_URL"), "worker-key").tls(tls).drain_on_sigterm(false);
    builder.handler(kind, |_: Job| async { Ok("done") })
}

#[tokio::test]
async fn a_task_goes_its_whole_way() {
    let kind = kind();
    let tls = Tls::new().ca(variable("KIT_TLS_CA"));
    let _worker = start(worker(&kind, tls.clone()));
    let client = client(tls);
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    assert_eq!(client.result_as::<String>(created.task_id()).await.unwrap(), "done");
}

#[tokio::test]
async fn without_a_key_the_certificate_says_who_calls() {
    let tls = Tls::new().ca(variable("KIT_TLS_CA")).identity(variable("KIT_TLS_CERT"), variable("KIT_TLS_KEY"));
    let client = Client::builder(variable("KIT_TLS_URL"), "").tls(tls).build().unwrap();
    let created = client.create_task(NewTask::new(kind())).await.unwrap();
    assert_eq!(created.task.created_by.unwrap().id, "ada");
}

#[tokio::test]
async fn nothing_is_sent_to_a_server_whose_certificate_is_of_another_authority() {
    let kind = kind();
    for tls in [Tls::new().ca(variable("KIT_TLS_OTHER_CA")), Tls::new()] {
        let error = client(tls.clone()).create_task(NewTask::new(&kind)).await.unwrap_err();
        assert_eq!(error.reason(), ErrorReason::Unavailable);
        let worker = start(worker(&kind, tls));
        worker.heard(|event| matches!(event, Event::Disconnected { .. }).then_some(())).await;
        assert_eq!(worker.worker.stats().streams, 0);
    }
    // The control: the server is there.
    let trusted = client(Tls::new().ca(variable("KIT_TLS_CA")));
    assert!(!trusted.create_task(NewTask::new(&kind)).await.unwrap().existed);
}

#[tokio::test]
async fn a_certificate_of_another_name_is_refused() {
    let tls = Tls::new().ca(variable("KIT_TLS_CA")).server_name("gate.example.org");
    let error = client(tls).create_task(NewTask::new(kind())).await.unwrap_err();
    assert_eq!(error.reason(), ErrorReason::Unavailable);
}
