//! Callbacks that the tour receives: a real listener on a free port of the loopback interface.

use std::{net::Ipv4Addr, time::Duration};

use serde_json::{Value, json};
use tokio::{sync::Mutex, time::timeout};
use wecom_contacts::callback::{CallbackToken, EncodingAesKey, Event, Notification, Receiver};

use super::engine::unmet;
use crate::{
    failure::{Failure, Result},
    listener::{Listener, Received},
    messages,
};

/// Time limit for a callback. The simulator normally delivers within milliseconds.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(10);

/// The tour's callback URL, and the requests it receives.
pub(super) struct Inbox {
    listener: Mutex<Listener>,
    pub(super) url: String,
    pub(super) token: CallbackToken,
    pub(super) key: EncodingAesKey,
    pub(super) receiver: Receiver,
}

impl Inbox {
    pub(super) async fn open(corp_id: &str) -> Result<Self> {
        let no_random = |error| Failure::new(messages::system::no_random_bytes()).because(&error);
        let key = EncodingAesKey::generate().map_err(no_random)?;
        // The letters and digits of a key also make a valid Token, of at most 32 characters.
        let token = EncodingAesKey::generate().map_err(no_random)?.expose()[..32].to_owned();
        let token = CallbackToken::new(token);
        let receiver = Receiver::new(corp_id, token.clone(), key.clone());
        // The simulator's clock can have any time, and the tour changes it, so there is no replay window.
        let listener =
            Listener::start((Ipv4Addr::LOCALHOST, 0).into(), receiver.clone(), None, None)
                .await
                .map_err(|error| Failure::new(messages::tour::no_port_for_callbacks()).because(&error))?;
        Ok(Self {
            url: format!("http://{}/callback", listener.address),
            listener: Mutex::new(listener),
            token,
            key,
            receiver,
        })
    }

    /// The settings of the callback URL, for the console.
    pub(super) fn settings(&self) -> Value {
        json!({"url": self.url, "token": self.token.expose(), "encodingaeskey": self.key.expose()})
    }

    /// Waits for the next request.
    pub(super) async fn next(&self) -> Result<Received> {
        let mut listener = self.listener.lock().await;
        match timeout(CALLBACK_TIMEOUT, listener.next()).await {
            Ok(Some(heard)) => Ok(heard),
            Ok(None) => Err(unmet("the callback listener has stopped")),
            Err(_) => Err(unmet(format_args!("nothing was called back within {CALLBACK_TIMEOUT:?}"))),
        }
    }

    /// Waits for the next event. Any other request is an error.
    pub(super) async fn event(&self) -> Result<Notification> {
        match self.next().await? {
            Received::Event(notification) => Ok(*notification),
            Received::Verification => Err(unmet("a verification arrived instead of an event")),
            Received::Refused(refusal) => Err(unmet("a callback was refused").because(&refusal)),
            Received::Forwarded { .. } | Received::NotForwarded { .. } => {
                Err(unmet("a callback was forwarded"))
            }
        }
    }

    /// Waits for the end of this job, and skips other events.
    pub(super) async fn finished_job(&self, id: &str) -> Result<()> {
        loop {
            if let Event::JobFinished(job) = self.event().await?.event
                && job.job_id == *id
            {
                return match job.is_ok() {
                    true => Ok(()),
                    false => Err(unmet("the callback reports a failed job")),
                };
            }
        }
    }
}
