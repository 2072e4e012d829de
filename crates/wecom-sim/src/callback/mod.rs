//! Sending callbacks (回调) over HTTP; what is called back is the [world](crate::world::callback)'s to say.

pub(crate) mod client;
pub(crate) mod worker;
