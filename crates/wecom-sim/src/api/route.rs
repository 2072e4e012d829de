//! An endpoint: its path, its method, who may call it, and the function that answers.

use std::net::IpAddr;

use super::{
    args::{Args, BodyKind},
    call::{Call, Outcome},
};
use crate::{
    clock::Millis,
    world::{Access, World},
};

/// The function of an endpoint, by what it needs.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Needs no token.
    Open(fn(&mut World, &Args, Millis, IpAddr) -> Outcome),
    /// Changes nothing, so that many run side by side.
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
    /// List keys that a refusal carries empty, as seen in live answers.
    pub(crate) empty: &'static [&'static str],
}

pub(super) const fn get(handler: Handler) -> Route {
    Route { path: "", post: false, handler, empty: &[] }
}

pub(super) const fn post(handler: Handler) -> Route {
    Route { path: "", post: true, handler, empty: &[] }
}

impl Route {
    pub(super) fn body(&self) -> BodyKind {
        match self.path {
            "media/upload" | "media/uploadimg" => BodyKind::Form,
            _ if self.post => BodyKind::Json,
            _ => BodyKind::None,
        }
    }

    pub(super) const fn empty(self, keys: &'static [&'static str]) -> Self {
        Self { empty: keys, ..self }
    }
}
