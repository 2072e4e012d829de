//! Tests of the simulator over raw HTTP, by chapter, without the SDK.

#![expect(clippy::unwrap_used, reason = "what helps a test may panic as the test may")]

mod callback_wire;
mod clock_control;
mod contact_rules;
mod control;
mod corp_files;
mod corp_groups;
mod corps;
mod deliveries;
mod delivery_faults;
mod departments;
mod digests;
mod dumps;
mod exports;
mod faults;
mod hostile;
mod identity;
mod imports;
mod linked_corps;
mod listener;
mod media;
mod members;
mod observed;
mod openapi;
mod page;
mod page_words;
mod permissions;
mod rates;
mod request_filters;
mod rig;
mod schema;
mod seeds;
mod snapshots;
mod switches;
mod tags;
mod wire;
mod writes;
