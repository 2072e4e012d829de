//! The simulator over raw HTTP, chapter by chapter; no SDK takes part.

mod media;
mod rig;
