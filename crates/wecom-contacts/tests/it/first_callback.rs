//! The first test of a program with a callback URL: the simulator, an intake, and one clock for both.

use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use wecom_contacts::callback::{Callbacks, Event, Intake, Notification, Receiver};
use wecom_sim::{ConsoleCallback, Sim};

const TOKEN: &str = "QDG6eK";
const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

/// Starts an intake behind a URL. The second value is the list of members that left according to its events.
async fn listen(
    intake: impl FnOnce(Receiver) -> wecom_contacts::callback::IntakeBuilder,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let left: Arc<Mutex<Vec<String>>> = Arc::default();
    let leaving = Arc::clone(&left);
    let receiver = Receiver::new("ww1234567890abcdef", TOKEN, KEY.parse().unwrap());
    let intake: Intake = intake(receiver).handler(move |notification: Notification| {
        if let Event::MemberDeleted(member) = &notification.event {
            leaving.lock().unwrap().push(member.userid.to_string());
        }
        std::future::ready(())
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/wecom", listener.local_addr().unwrap());
    let router = Callbacks::new().mount("/wecom", intake).router();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, left)
}

#[tokio::test]
async fn the_first_callback_test_with_sim_and_intake_passes() {
    let sim = Sim::start().await;
    let clock = sim.clock();
    let (url, left) = listen(|receiver| Intake::builder(receiver).clock(clock)).await;
    sim.console().set_callback(ConsoleCallback::new(&url, TOKEN, KEY)).await.unwrap();
    sim.console().delete_member("wujiu").await.unwrap();
    assert!(sim.settled().await);
    let delivery = &sim.deliveries()[0];
    assert_eq!(delivery.attempts[0].status, Some(200), "{delivery:?}");
    assert_eq!(*left.lock().unwrap(), ["wujiu"]);
}

#[tokio::test]
async fn without_the_shared_clock_the_log_of_deliveries_says_why_the_intake_refuses() {
    let sim = Sim::start().await;
    let (url, left) = listen(Intake::builder).await;
    let target = ConsoleCallback::new(&url, TOKEN, KEY).unverified();
    sim.console().set_callback(target).await.unwrap();
    sim.console().delete_member("wujiu").await.unwrap();
    assert!(sim.settled().await);
    let delivery = &sim.deliveries()[0];
    assert_eq!(delivery.attempts[0].status, Some(403), "{delivery:?}");
    assert!(
        delivery.attempts[0].hint.as_ref().is_some_and(|hint| hint.contains("Sim::clock")),
        "{delivery:?}"
    );
    assert!(left.lock().unwrap().is_empty());
}
