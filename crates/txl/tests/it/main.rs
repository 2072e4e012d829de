//! The command, run as people run it.

mod commands;
mod run;
mod sim;
