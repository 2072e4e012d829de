//! A call as an endpoint gets it, and the result of the endpoint.

use super::{args::Args, reply::Reply};
use crate::{
    clock::Millis,
    world::{Caller, Fail},
};

/// One call, with all data that an endpoint needs besides the world.
pub(crate) struct Call {
    pub(crate) caller: Caller,
    pub(crate) args: Args,
    pub(crate) now: Millis,
}

pub(crate) type Outcome = Result<Reply, Fail>;
