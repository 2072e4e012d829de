//! The command, run as people run it.

mod run;
mod sim;
