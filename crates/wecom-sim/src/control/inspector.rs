//! The inspector: a web page with the state of the simulator.

use super::{
    input::Refused,
    operation::{Call, Page},
};

/// Serves the page, which is static and reads the control surface. All values become text nodes, never markup.
pub(super) async fn page(_call: Call) -> Result<Page, Refused> {
    let policy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'";
    Ok(Page { html: include_str!("inspector.html"), policy })
}
