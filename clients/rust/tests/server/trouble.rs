//! A worker when things go wrong around it: its runtime, its connections, its handlers.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use asyncgate::contract::{ListReceiptsRequest, ReceiptType};
use asyncgate::{
    CancellationToken, EndingKind, ErrorReason, Event, Failure, HandlerResult, Job, LeaseLoss, NewTask, Note,
    StopCause, TaskState,
};
use serde_json::json;

use crate::kit::{builder, builder_at, client, kind, start, url};
use crate::proxy::Proxy;

const SECOND: Duration = Duration::from_secs(1);

fn settled(event: &Event) -> Option<EndingKind> {
    if let Event::Settled { ending, .. } = event { Some(*ending) } else { None }
}

/// The tests have a runtime of one thread: while a handler blocks it, nothing else of the program runs.
#[tokio::test]
async fn a_handler_that_blocks_the_runtime_for_longer_than_the_ttl_keeps_its_lease() {
    let (client, kind) = (client(), kind());
    let block = |job: Job| async move {
        thread::sleep(4 * SECOND);
        Ok(job.stop_cause().map_or("kept", StopCause::why))
    };
    let _worker = start(builder().handler(&kind, block).lease_ttl(SECOND));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    assert_eq!(client.result_as::<String>(created.task_id()).await.unwrap(), "kept");
    let task = client.get_task(created.task_id()).await.unwrap();
    assert_eq!((task.attempt, task.lease_losses), (1, 0));
}

#[tokio::test]
async fn offers_that_come_while_the_runtime_is_blocked_go_back_uncounted_and_are_done_in_the_end() {
    let (client, kind) = (client(), kind());
    let block = |job: Job| async move {
        // Longer than the window of an offer, which is 2 s.
        thread::sleep(Duration::from_millis(job.input()?));
        Ok(())
    };
    let worker = start(builder().handler(&kind, block).slots(3));
    let tasks = [3_500, 0, 0].map(|ms| NewTask::new(&kind).payload(ms));
    let created = client.create_tasks(tasks).await.unwrap();
    for one in created {
        let task = client.await_task(one.unwrap().task_id()).await.unwrap();
        assert_eq!((task.state(), task.attempt, task.lease_losses), (TaskState::Succeeded, 1, 0));
    }
    assert_eq!(worker.worker.stats().lost, 0);
}

#[tokio::test]
async fn a_worker_that_is_cut_off_is_told_before_the_ttl_is_over_and_its_late_result_is_refused() {
    const TTL: Duration = Duration::from_secs(4);
    let (client, kind) = (client(), kind());
    let proxy = Proxy::open(&url());
    let (entered, told, go) = (CancellationToken::new(), CancellationToken::new(), CancellationToken::new());
    let handler = {
        let (entered, told, go) = (entered.clone(), told.clone(), go.clone());
        move |job: Job| {
            let (entered, told, go) = (entered.clone(), told.clone(), go.clone());
            async move {
                // An offer that is not accepted would count nothing.
                job.start().await?;
                entered.cancel();
                job.stop_token().cancelled().await;
                told.cancel();
                go.cancelled().await;
                Ok("late")
            }
        }
    };
    let worker = start(builder_at(&proxy.url).handler(&kind, handler).lease_ttl(TTL).slots(1));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    entered.cancelled().await;
    let frozen_at = Instant::now();
    proxy.freeze();
    told.cancelled().await;
    // By its own clock: no acknowledgement came after the freeze, so this is less than the TTL after the last
    // heartbeat was sent.
    assert!(frozen_at.elapsed() < TTL);
    let cause =
        worker.heard(|event| if let Event::Stopping { cause, .. } = event { Some(cause.clone()) } else { None });
    assert_eq!(cause.await, StopCause::LeaseLost(LeaseLoss::Expired));
    let _other = start(builder().handler(&kind, |_: Job| async { Ok("in time") }));
    assert_eq!(client.result_as::<String>(created.task_id()).await.unwrap(), "in time");
    go.cancel();
    proxy.cut();
    let reason =
        worker.heard(|event| if let Event::Refused { error, .. } = event { Some(error.reason()) } else { None });
    assert_eq!(reason.await, ErrorReason::Fenced);
    let task = client.get_task(created.task_id()).await.unwrap();
    assert_eq!((task.attempt, task.lease_losses), (1, 1));
}

#[tokio::test]
async fn an_answer_that_was_lost_is_had_again_and_there_is_one_receipt() {
    let (client, kind) = (client(), kind());
    let proxy = Proxy::open(&url());
    let (entered, go) = (CancellationToken::new(), CancellationToken::new());
    let handler = {
        let (entered, go) = (entered.clone(), go.clone());
        move |_: Job| {
            let (entered, go) = (entered.clone(), go.clone());
            async move {
                entered.cancel();
                go.cancelled().await;
                Ok(())
            }
        }
    };
    let worker = start(builder_at(&proxy.url).handler(&kind, handler));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    entered.cancelled().await;
    proxy.lose_answers();
    go.cancel();
    client.await_task(created.task_id()).await.unwrap();
    assert_eq!(worker.worker.stats().completed, 0);
    proxy.cut();
    assert_eq!(worker.heard(settled).await, EndingKind::Completed);
    let filter = ListReceiptsRequest {
        task_id: created.task_id().to_owned(),
        types: vec![ReceiptType::TaskCompleted.into()],
        ..Default::default()
    };
    assert_eq!(client.receipts(filter).collect().await.unwrap().len(), 1);
    let resumed: Vec<_> = worker
        .events()
        .into_iter()
        .filter_map(|event| if let Event::Connected { resumed, .. } = event { Some(resumed) } else { None })
        .collect();
    assert_eq!(resumed, [false, true]);
}

#[tokio::test]
async fn reports_that_were_made_while_the_stream_was_broken_arrive_and_those_for_the_ledger_each() {
    let (client, kind) = (client(), kind());
    let proxy = Arc::new(Proxy::open(&url()));
    let handler = {
        let proxy = Arc::clone(&proxy);
        move |job: Job| {
            let proxy = Arc::clone(&proxy);
            async move {
                job.start().await?;
                proxy.freeze();
                for count in 0..1_000 {
                    drop(job.progress(Note::percent(f64::from(count) / 10.0)));
                }
                for count in 0..5 {
                    drop(job.progress(Note::of(format!("step {count}")).receipted()));
                }
                proxy.cut();
                job.save_checkpoint(1).await?;
                Ok(())
            }
        }
    };
    let worker = start(builder_at(&proxy.url).handler(&kind, handler));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    client.await_task(created.task_id()).await.unwrap();
    let filter = ListReceiptsRequest {
        task_id: created.task_id().to_owned(),
        types: vec![ReceiptType::TaskProgress.into()],
        ..Default::default()
    };
    assert_eq!(client.receipts(filter).collect().await.unwrap().len(), 5);
    assert_eq!(worker.worker.stats().waiting, 0);
}

#[tokio::test]
async fn a_connection_that_takes_nothing_any_more_is_given_up() {
    let (client, kind) = (client(), kind());
    let proxy = Arc::new(Proxy::open(&url()));
    let handler = {
        let proxy = Arc::clone(&proxy);
        move |job: Job| {
            let proxy = Arc::clone(&proxy);
            async move {
                job.start().await?;
                proxy.stall();
                // More than all buffers on the way hold.
                for _ in 0..16 {
                    drop(job.output("stdout").write(vec![b'x'; 500_000]));
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                job.stop_token().cancelled().await;
                Ok(())
            }
        }
    };
    let worker = start(builder_at(&proxy.url).handler(&kind, handler).lease_ttl(3 * SECOND));
    client.create_task(NewTask::new(&kind)).await.unwrap();
    let error =
        worker.heard(|event| if let Event::Disconnected { error, .. } = event { Some(error.clone()) } else { None });
    assert!(error.await.message().contains("heartbeat"));
    proxy.cut();
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_attempt_and_the_worker_goes_on() {
    let (client, kind) = (client(), kind());
    let panic = |job: Job| async move {
        assert!(job.attempt() > 1, "the first attempt is unlucky");
        Ok(job.attempt())
    };
    let blocking = format!("{kind}-blocking");
    let panic_blocking = |_: Job| -> HandlerResult<()> { panic!("in a thread") };
    let worker = start(builder().handler(&kind, panic).blocking(&blocking, panic_blocking));
    let quick = asyncgate::RetryPolicy { initial_interval: Some(Duration::from_millis(1)), ..Default::default() };
    let created = client.create_task(NewTask::new(&kind).retry(quick)).await.unwrap();
    assert_eq!(client.result_as::<i32>(created.task_id()).await.unwrap(), 2);
    let failed = client.create_task(NewTask::new(&blocking).max_attempts(1)).await.unwrap();
    let error = client.await_task(failed.task_id()).await.unwrap().outcome.unwrap().error.unwrap();
    assert_eq!((error.r#type.as_str(), error.message.as_str()), ("Panic", "in a thread"));
    assert_eq!(worker.worker.stats().running, 0);
}

#[tokio::test]
async fn a_run_that_is_dropped_tells_handlers_to_stop_and_releases_their_tasks_with_their_checkpoints() {
    let (client, kind) = (client(), kind());
    let (entered, told) = (CancellationToken::new(), Arc::new(AtomicBool::new(false)));
    let handler = {
        let (entered, told) = (entered.clone(), Arc::clone(&told));
        move |job: Job| {
            let (entered, told) = (entered.clone(), Arc::clone(&told));
            async move {
                job.save_checkpoint(json!({"page": 3})).await?;
                entered.cancel();
                job.stop_token().cancelled().await;
                told.store(job.stop_cause() == Some(&StopCause::Drain), Ordering::SeqCst);
                Err::<(), _>(Failure::new("it was told to stop"))
            }
        }
    };
    let worker = start(builder().handler(&kind, handler));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    entered.cancelled().await;
    worker.run.abort();
    worker.heard(|event| matches!(event, Event::Stopped).then_some(())).await;
    assert!(told.load(Ordering::SeqCst));
    let task = client.get_task(created.task_id()).await.unwrap();
    assert_eq!((task.state(), task.attempt, task.lease_losses), (TaskState::Queued, 1, 0));
    assert_eq!(asyncgate::Content::of(task.checkpoint.as_ref()).unwrap().as_json().unwrap()["page"], 3);
}

#[tokio::test]
async fn a_handler_that_does_not_stop_is_dropped_at_its_await() {
    struct Dropped(CancellationToken);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.cancel();
        }
    }
    let (client, kind) = (client(), kind());
    let (entered, dropped) = (CancellationToken::new(), CancellationToken::new());
    let handler = {
        let (entered, dropped) = (entered.clone(), dropped.clone());
        move |_: Job| {
            let (entered, dropped) = (entered.clone(), Dropped(dropped.clone()));
            async move {
                entered.cancel();
                std::future::pending::<()>().await;
                drop(dropped);
                Ok(())
            }
        }
    };
    let worker = start(builder().handler(&kind, handler));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    entered.cancelled().await;
    worker.worker.stop_within(Duration::ZERO).await.unwrap();
    dropped.cancelled().await;
    let task = client.get_task(created.task_id()).await.unwrap();
    assert_eq!((task.state(), task.attempt), (TaskState::Queued, 1));
}

#[tokio::test]
async fn a_worker_that_is_stopped_before_it_runs_does_not_run() {
    let worker = builder().handler(kind(), |_: Job| async { Ok(()) }).build().unwrap();
    worker.stop().await.unwrap();
    worker.run().await.unwrap();
    assert_eq!(worker.stats().streams, 0);
}
