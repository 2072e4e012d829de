//! The routes against the simulator, without a port of their own.

mod access;
mod auth;
mod callback;
mod contact_rules;
mod corp_groups;
mod coverage;
mod departments;
mod exports;
mod imports;
mod linked_corps;
mod log;
mod media;
mod members;
mod rig;
mod tags;
