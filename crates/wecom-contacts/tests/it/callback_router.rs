//! The axum router over HTTP: forged requests, several URLs, and real deliveries of the simulator.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{mpsc, watch},
};
use wecom_contacts::callback::{Callbacks, Event, Intake, IntakeBuilder, Notification};
use wecom_sim::{ConsoleCallback, ConsoleDepartment, ConsoleMember, DeliveryFault, DeliveryState, Sim};

use crate::{
    callback_server::{PATIENCE, Server, post},
    platform::{KEY, Platform, Request, START, TOKEN, who_left},
    rig::http,
};

/// Returns an intake, and a channel that receives its events.
fn heard(builder: IntakeBuilder) -> (Intake, mpsc::UnboundedReceiver<Notification>) {
    let (send, events) = mpsc::unbounded_channel();
    let intake = builder.handler(move |notification: Notification| {
        // A test may end before its last event is handled.
        let _ = send.send(notification);
        std::future::ready(())
    });
    (intake, events)
}

async fn next(events: &mut mpsc::UnboundedReceiver<Notification>) -> Notification {
    tokio::time::timeout(PATIENCE, events.recv()).await.unwrap().unwrap()
}

/// Serves one intake at `/`.
async fn serve(platform: &Platform) -> (Server, mpsc::UnboundedReceiver<Notification>) {
    let (intake, events) = heard(platform.intake());
    (Server::start(Callbacks::new().mount("/", intake)).await, events)
}

#[tokio::test]
async fn several_urls_on_one_router_have_their_own_keys_and_handlers() {
    let (contacts, app) = (Platform::new(), Platform::of("ww00000000000000a1"));
    let ((first, mut of_contacts), (second, mut of_app)) = (heard(contacts.intake()), heard(app.intake()));
    let callbacks = Callbacks::new().mount("/wecom/contacts", first).mount("/wecom/app", second);
    let server = Server::start(callbacks).await;
    let http = http();
    let to_contacts = contacts.post(&contacts.left("wangfang"), "1");
    let to_app = app.post(&app.left("liuyang"), "2");
    for (path, request, status) in [
        ("/wecom/contacts", &to_contacts, 200),
        ("/wecom/app", &to_app, 200),
        ("/wecom/app", &to_contacts, 403),
        ("/wecom/contacts", &to_app, 403),
        ("/wecom", &to_contacts, 404),
        ("/", &to_contacts, 404),
    ] {
        let answer = post(&http, &server.url(path), request).await.unwrap();
        assert_eq!(answer, (status, String::new()), "{path}");
    }
    assert_eq!(who_left(&next(&mut of_contacts).await), "wangfang");
    assert_eq!(who_left(&next(&mut of_app).await), "liuyang");
    for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::PATCH] {
        let answer = http.request(method, server.url("/wecom/app")).send().await.unwrap();
        assert_eq!(answer.status(), 405);
    }
    assert!(server.stop().await.is_complete());
    assert!(of_contacts.try_recv().is_err() && of_app.try_recv().is_err());
}

#[tokio::test]
async fn trap_30_a_url_is_verified_and_messages_of_every_length_are_taken() {
    let platform = Platform::new();
    let (server, mut events) = serve(&platform).await;
    let http = http();
    // The key is one of WeCom's samples, with non-zero unused bits in its last character.
    let url = format!("{}?{}", server.url("/"), platform.get("1616140317555161061").query);
    let answer = http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "1616140317555161061", "no quotes, no BOM, no line break");
    for length in 1..=64 {
        let name = "u".repeat(length);
        let request = platform.post(&platform.left(&name), "1");
        assert_eq!(post(&http, &server.url("/"), &request).await.unwrap().0, 200, "{length}");
        assert_eq!(who_left(&next(&mut events).await), name);
    }
}

#[tokio::test]
async fn trap_31_slim_and_unknown_events_are_acknowledged_with_an_empty_body() {
    let platform = Platform::new();
    let (server, mut events) = serve(&platform).await;
    let http = http();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/wire/callback");
    for file in std::fs::read_dir(folder).unwrap() {
        let message = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let request = platform.post(&message, "1");
        let answer = post(&http, &server.url("/"), &request).await.unwrap();
        assert_eq!(answer, (200, String::new()), "{message}");
        assert_eq!(next(&mut events).await.message(), message);
    }
}

#[tokio::test]
async fn trap_29_what_strangers_send_is_answered_alike_and_stops_nothing() {
    let platform = Platform::new();
    let (server, mut events) = serve(&platform).await;
    let (http, url) = (http(), server.url("/"));
    let good = platform.post(&platform.left("wangfang"), "1");
    let strange = Platform::of("ww00000000000000a1");
    let (fresh, stale) = (format!("timestamp={START}"), format!("timestamp={}", START - 301));
    for (query, body) in [
        (String::new(), good.body.clone()),
        ("msg_signature=%ff&timestamp=%&nonce=%0".to_owned(), good.body.clone()),
        (good.query.replace(&fresh, &stale), good.body.clone()),
        (format!("msg_signature={}&{fresh}&nonce=1", "0".repeat(40)), good.body.clone()),
        (good.query.clone(), good.body.replacen("<![CDATA[", "<![CDATA[A", 2)),
        (good.query.clone(), String::new()),
        (good.query.clone(), "<xml>".repeat(20_000)),
        (good.query.clone(), "x".repeat(1 << 20)),
        (strange.post("<xml/>", "1").query, strange.post("<xml/>", "1").body),
    ] {
        let answer = post(&http, &url, &Request { query: query.clone(), body }).await;
        // The connection may be closed before the response is read, because the client sent more than the server reads.
        assert!(
            matches!(&answer, Some((403, body)) if body.is_empty()) || answer.is_none(),
            "{query}: {answer:?}"
        );
    }
    assert_eq!(post(&http, &url, &good).await.unwrap(), (200, String::new()));
    assert_eq!(who_left(&next(&mut events).await), "wangfang");
}

/// Sends the head of a delivery and these bytes. Returns the first line of the response.
async fn raw(server: &Server, request: &Request, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!("POST /?{} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n", request.query);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = vec![0; 256];
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer[..read]).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn trap_29_a_body_is_bounded_while_it_is_read() {
    let platform = Platform::new();
    let (intake, mut events) = heard(platform.intake());
    let callbacks = Callbacks::new().mount("/", intake).read_timeout(Duration::from_millis(50));
    let server = Server::start(callbacks).await;
    let good = platform.post(&platform.left("wangfang"), "1");

    let announced = raw(&server, &good, "Content-Length: 1099511627776", b"").await;
    assert_eq!(announced, "HTTP/1.1 403 Forbidden", "refused before any of the body arrived");
    let mut chunks = Vec::new();
    for _ in 0..40 {
        chunks.extend_from_slice(b"1000\r\n");
        chunks.extend_from_slice(&[b' '; 4_096]);
        chunks.extend_from_slice(b"\r\n");
    }
    let endless = raw(&server, &good, "Transfer-Encoding: chunked", &chunks).await;
    assert_eq!(endless, "HTTP/1.1 403 Forbidden", "refused in the middle");
    let slow = raw(&server, &good, "Content-Length: 100", b"<xml>").await;
    assert_eq!(slow, "HTTP/1.1 408 Request Timeout");
    let unread = Request { query: String::new(), ..good.clone() };
    let unread = raw(&server, &unread, "Content-Length: 100", b"<xml>").await;
    assert_eq!(unread, "HTTP/1.1 403 Forbidden", "the query is refused without reading the body");

    let mut chunked = format!("{:x}\r\n", good.body.len()).into_bytes();
    chunked.extend_from_slice(good.body.as_bytes());
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    let answer = raw(&server, &good, "Transfer-Encoding: chunked", &chunked).await;
    assert_eq!(answer, "HTTP/1.1 200 OK", "a chunked body is accepted like one with a length");
    assert_eq!(who_left(&next(&mut events).await), "wangfang");
}

#[tokio::test]
async fn what_the_console_changes_is_handled_once_each() {
    let sim = Sim::start().await;
    let platform = Platform::at(sim.corp_id(), sim.state().now as u64 / 1000);
    let (server, mut events) = serve(&platform).await;
    let console = sim.console();
    console.set_callback(ConsoleCallback::new(server.url("/"), TOKEN, KEY)).await.unwrap();
    let department =
        console.create_department(ConsoleDepartment::new().name("客服部").parentid(1)).await.unwrap();
    for name in ["wangfang", "liuyang"] {
        let mobile = format!("1390000{}", 1000 + name.len());
        let member = ConsoleMember::new().userid(name).name(name).mobile(mobile).department([department]);
        console.create_member(member).await.unwrap();
    }
    console.delete_member("wangfang").await.unwrap();
    assert!(sim.settled().await);

    assert!(
        matches!(next(&mut events).await.event, Event::DepartmentCreated(created) if created.id == department)
    );
    for name in ["wangfang", "liuyang"] {
        let Event::MemberCreated(created) = next(&mut events).await.event else { panic!("another event") };
        assert_eq!(created.userid, name);
    }
    assert_eq!(who_left(&next(&mut events).await), "wangfang");
    let deliveries = sim.deliveries();
    assert!(deliveries.iter().all(|delivery| delivery.state == DeliveryState::Delivered), "{deliveries:?}");
    assert!(server.stop().await.is_complete());
    assert!(events.try_recv().is_err(), "no event is delivered twice");
}

#[tokio::test]
async fn what_finds_no_room_is_delivered_again_and_handled_once() {
    let sim = Sim::start().await;
    let platform = Platform::at(sim.corp_id(), sim.state().now as u64 / 1000);
    let (open, gate) = watch::channel(false);
    let (send, mut handled) = mpsc::unbounded_channel();
    let intake = platform.intake().queue(1).handler(move |notification: Notification| {
        let (mut gate, send) = (gate.clone(), send.clone());
        async move {
            gate.wait_for(|open| *open).await.unwrap();
            send.send(who_left(&notification)).unwrap();
        }
    });
    let server = Server::start(Callbacks::new().mount("/", intake.clone())).await;
    let console = sim.console();
    for number in 0..6 {
        let mobile = format!("1390000000{number}");
        let member =
            ConsoleMember::new().userid(format!("m{number}")).name("某人").mobile(mobile).department([1]);
        console.create_member(member).await.unwrap();
    }
    console.set_callback(ConsoleCallback::new(server.url("/"), TOKEN, KEY)).await.unwrap();
    for number in 0..6 {
        console.delete_member(&format!("m{number}")).await.unwrap();
    }
    assert!(sim.settled().await);
    let statuses: Vec<_> = sim.deliveries().iter().filter_map(|one| one.attempts.last()?.status).collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        2,
        "one at work, one waiting: {statuses:?}"
    );
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 4, "{statuses:?}");

    // WeCom retries three times. Each time the queue has room for at least one event.
    open.send_replace(true);
    for wait in [5, 30, 120, 120] {
        intake.idle().await;
        sim.advance(Duration::from_secs(wait));
        platform.advance(wait);
        assert!(sim.settled().await);
    }
    intake.idle().await;
    let mut names: Vec<String> = std::iter::from_fn(|| handled.try_recv().ok()).collect();
    names.sort();
    assert_eq!(names, ["m0", "m1", "m2", "m3", "m4", "m5"]);
}

#[tokio::test]
async fn trap_34_the_simulators_bad_day_ends_with_every_event_handled_once() {
    let sim = Sim::start().await;
    let platform = Platform::at(sim.corp_id(), sim.state().now as u64 / 1000);
    let (server, mut events) = serve(&platform).await;
    let console = sim.console();
    console.set_callback(ConsoleCallback::new(server.url("/"), TOKEN, KEY)).await.unwrap();
    for (every, fault) in [
        (2, DeliveryFault::Duplicate(2)),
        (3, DeliveryFault::WrongSignature(1)),
        (5, DeliveryFault::Garbage(2)),
        (7, DeliveryFault::WrongReceiveId(1)),
        (4, DeliveryFault::Reorder(1)),
        (6, DeliveryFault::Delay { seconds: 60 }),
        (8, DeliveryFault::Replay { seconds: 200 }),
        (9, DeliveryFault::Replay { seconds: 400 }),
    ] {
        sim.faults().every_delivery(every, "*", fault).unwrap();
    }
    let mut departments = Vec::new();
    for number in 0..60 {
        departments.push(
            console
                .create_department(ConsoleDepartment::new().name(format!("组{number}")).parentid(1))
                .await
                .unwrap(),
        );
        assert!(sim.settled().await);
    }
    assert!(sim.faults().hits() > 60, "a bad day");
    sim.faults().clear();
    for wait in [5, 30, 60, 120, 200, 400] {
        platform.advance(wait);
        sim.advance(Duration::from_secs(wait));
        assert!(sim.settled().await);
    }
    assert!(server.stop().await.is_complete());
    let mut handled: Vec<_> = std::iter::from_fn(|| events.try_recv().ok())
        .map(|notification| match notification.event {
            Event::DepartmentCreated(created) => created.id.0,
            event => panic!("unexpected event: {event:?}"),
        })
        .collect();
    handled.sort_unstable();
    assert_eq!(handled, departments);
}

#[tokio::test]
async fn a_server_that_is_stopped_handles_what_it_has_acknowledged() {
    let platform = Platform::new();
    let (open, gate) = watch::channel(false);
    let (send, mut handled) = mpsc::unbounded_channel();
    let intake = platform.intake().handler(move |notification: Notification| {
        let (mut gate, send) = (gate.clone(), send.clone());
        async move {
            gate.wait_for(|open| *open).await.unwrap();
            send.send(who_left(&notification)).unwrap();
        }
    });
    let server = Server::start(Callbacks::new().mount("/", intake)).await;
    let http = http();
    for number in 0..50 {
        let request = platform.post(&platform.left(&format!("m{number}")), &number.to_string());
        assert_eq!(post(&http, &server.url("/"), &request).await.unwrap().0, 200);
    }
    let stopped = tokio::spawn(server.stop());
    open.send_replace(true);
    assert!(stopped.await.unwrap().is_complete());
    let names: Vec<String> = std::iter::from_fn(|| handled.try_recv().ok()).collect();
    assert_eq!(names, (0..50).map(|number| format!("m{number}")).collect::<Vec<_>>());
}
