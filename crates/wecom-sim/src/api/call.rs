//! A call as an endpoint sees it, and what the endpoint answers.

use super::{args::Args, reply::Reply};
use crate::{
    clock::Millis,
    world::{Caller, Fail},
};

/// One call, with all that an endpoint may look at beside the world.
pub(crate) struct Call {
    pub(crate) caller: Caller,
    pub(crate) args: Args,
    pub(crate) now: Millis,
}

pub(crate) type Outcome = Result<Reply, Fail>;
