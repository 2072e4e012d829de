//! A callback server in axum: verifies, decrypts, stores and acknowledges each event, then handles it.
//!
//! `cargo run -p wecom-contacts --features axum --example callback_server`
//!
//! It listens on a free port of 127.0.0.1, lets the simulator send one event, and ends when the event is handled. It never calls a real corp.

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod corp;

use std::time::Duration;

use corp::Failure;
use tokio::{net::TcpListener, sync::mpsc};
use wecom_contacts::callback::{Callbacks, Event, Intake, Notification, Receiver};
use wecom_sim::{ConsoleCallback, ConsoleMember};

const TOKEN: &str = "QDG6eK";
const AES_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let sim = corp::simulator().await?;

    // The handler runs after the acknowledgement, because WeCom waits five seconds at most.
    let (handled, mut events) = mpsc::channel(1);
    let receiver = Receiver::new(sim.corp_id(), TOKEN, AES_KEY.parse()?);
    // The intake uses the simulator's clock to check the age of events. A real server omits `clock`.
    let intake: Intake =
        Intake::builder(receiver).clock(sim.clock()).handler(move |notification: Notification| {
            let handled = handled.clone();
            async move {
                if let Event::MemberCreated(member) = notification.event {
                    let _ = handled.send(member.userid).await;
                }
            }
        });
    let callbacks = Callbacks::new().mount("/wecom/contacts", intake);

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/wecom/contacts", listener.local_addr()?);
    println!("listening at {url}");
    let server = tokio::spawn(axum::serve(listener, callbacks.router()).into_future());

    // In the console: 管理工具 → 通讯录同步 → 设置接收事件服务器. Saving the URL verifies it.
    sim.console().set_callback(ConsoleCallback::new(&url, TOKEN, AES_KEY)).await?;
    let member = ConsoleMember::new().userid("wangfang").name("王芳").mobile("13800000041").department([1]);
    sim.console().create_member(member).await?;

    let userid = events.recv().await.ok_or_else(|| Failure::new("the event did not arrive"))?;
    println!("{userid} was created");

    server.abort();
    let drained = callbacks.shutdown(Duration::from_secs(5)).await;
    println!("{} events left", drained.left.len());
    Ok(())
}
