//! The published JSON Schema of plans is that of the types.

use wecom_directory::plan::Plan;

/// Set to write the file instead of comparing it.
const WRITE: &str = "TXL_WRITE_SCHEMA";

#[test]
fn the_published_schema_of_plans_is_that_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/plan.schema.json");
    let schema = schemars::schema_for!(Plan);
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        published == text,
        "docs/plan.schema.json is not that of the types: run\n  {WRITE}=1 cargo test -p wecom-directory --features schema --test it schema"
    );
}
