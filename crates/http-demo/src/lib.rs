//! A small HTTP server with one route for every contacts call of the SDK.
//!
//! [`app`] makes the router from an [`AppState`], without a port, and [`serve`] runs it. [`contacts`] is the router
//! without access control, for a larger server. Start reading at `app.rs`, which lists every route, then read one chapter,
//! such as `departments.rs`.

mod access;
mod app;
mod failure;
mod input;
mod serve;
mod settings;
mod start;
mod state;

mod auth;
mod callback;
mod contact_rules;
mod corp_groups;
mod departments;
mod exports;
mod imports;
mod linked_corps;
mod media;
mod members;
mod tags;

pub use app::{RouteInfo, app, contacts, routes};
pub use serve::serve;
pub use settings::{CallbackSettings, Hidden, Settings, SettingsError, Source};
pub use state::{AppState, ShortKey};
