//! Sends callbacks (回调) over HTTP. The [world](crate::world::callback) decides which callbacks are sent.

pub(crate) mod client;
pub(crate) mod worker;
