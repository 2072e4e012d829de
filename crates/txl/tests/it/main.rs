//! The command, run as people run it.

mod callback;
mod commands;
mod people;
mod run;
mod sim;
mod tour;
