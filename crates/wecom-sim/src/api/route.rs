//! An endpoint: its path, method, access and function.

use std::net::IpAddr;

use super::{
    args::{Args, BodyKind},
    call::{Call, Outcome},
};
use crate::{
    clock::Millis,
    world::{Access, World},
    write_log::Written,
};

/// The function of an endpoint, by the access it needs to the world.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Needs no token.
    Open(fn(&mut World, &Args, Millis, IpAddr) -> Outcome),
    /// Only reads the world, so several calls run at the same time.
    Read(Access, fn(&World, &Call) -> Outcome),
    /// Changes the world.
    Write(Access, fn(&mut World, &Call) -> Outcome),
}

/// One endpoint.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) post: bool,
    pub(crate) handler: Handler,
    /// Keys of lists that a refusal returns empty, as seen live.
    pub(crate) empty: &'static [&'static str],
    /// The objects that the endpoint writes; `None` if it changes no contacts and submits no job.
    pub(crate) written: Option<Written>,
}

pub(super) const fn get(handler: Handler) -> Route {
    Route { path: "", post: false, handler, empty: &[], written: None }
}

pub(super) const fn post(handler: Handler) -> Route {
    Route { path: "", post: true, handler, empty: &[], written: None }
}

impl Route {
    pub(super) fn body(&self) -> BodyKind {
        match self.path {
            "media/upload" | "media/uploadimg" => BodyKind::Form,
            _ if self.post => BodyKind::Json,
            _ => BodyKind::None,
        }
    }

    /// Puts the calls into the log of writes. `key` is the argument with the ids of the objects, or the field of the
    /// reply with an id that the server assigns.
    pub(super) const fn writes(self, kind: &'static str, key: &'static str) -> Self {
        Self { written: Some(Written { kind, key }), ..self }
    }

    pub(super) const fn empty(self, keys: &'static [&'static str]) -> Self {
        Self { empty: keys, ..self }
    }
}
