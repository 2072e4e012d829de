//! `txl diff`.

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};
use wecom_directory::{
    journal::{Action, Change, ObjectKind},
    pull::Via,
};

use super::MirrorFlags;
use crate::{access::Access, failure::Result, messages::cells, output::Output};

/// Show how the corp differs from the mirror; the mirror is not changed
///
/// It reads the corp as a pull does.
#[derive(Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
}

/// A difference, as `-o json` prints it.
#[derive(Serialize)]
struct Difference {
    kind: ObjectKind,
    id: String,
    action: Action,
    fields: Map<String, Value>,
}

impl Diff {
    pub(crate) async fn run(self, output: Output) -> Result {
        let store = self.mirror.open_existing().await?;
        let (_, changes) = super::pull::prepared(&self.access, Via::Auto)?.compare(&*store).await?;
        let difference =
            |Change { kind, id, action, fields, .. }: Change| Difference { kind, id, action, fields };
        let differences: Vec<_> = changes.into_iter().map(difference).collect();
        output.worded(cells::change).list(&differences, &["kind", "id", "action", "fields"])
    }
}
