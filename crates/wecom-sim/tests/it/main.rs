//! The simulator over raw HTTP, chapter by chapter; no SDK takes part.

mod exports;
mod imports;
mod media;
mod rig;
