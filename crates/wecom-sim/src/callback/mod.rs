//! Sending callbacks (回调) over HTTP; what is called back is the [world](crate::world::callback)'s to say.

mod worker;

pub use worker::VerificationError;
pub(crate) use worker::{Courier, PATIENCE, run};
