//! The OpenAPI document of the control surface.

use serde_json::{Map, Value, json};

use super::{
    input::ErrorBody,
    operation::{Description, Operation},
    schemas::{Schemas, for_request},
};

/// Returns the document of these operations.
pub(super) fn document(operations: &[Operation]) -> Value {
    let mut schemas = Schemas::new();
    let error = schemas.reply::<ErrorBody>();
    let described: Vec<_> = operations.iter().map(|one| (one, (one.describe)(&mut schemas))).collect();
    let (definitions, renamed) = schemas.finish();
    let mut paths = Map::new();
    for (operation, Description { parameters, body, status, mut reply }) in described {
        reply["description"] = "The call was executed.".into();
        let mut object = json!({
            "operationId": operation.id,
            "summary": operation.summary,
            "parameters": parameters,
            "responses": {
                status.to_string(): reply,
                "default": {
                    "description": "The call was refused; it changed nothing.",
                    "content": {"application/json": {"schema": error}},
                },
            },
        });
        if let Some(body) = body {
            object["requestBody"] = body;
        }
        for part in ["parameters", "requestBody"] {
            for_request(&mut object[part], &renamed);
        }
        if object["requestBody"].is_null()
            && let Some(object) = object.as_object_mut()
        {
            object.remove("requestBody");
        }
        let path = paths.entry(operation.path.as_ref()).or_insert_with(|| json!({}));
        path[operation.method] = object;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Control surface of the WeCom simulator",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The paths under /_sim/ control the simulator. Bodies are JSON; unknown fields and wrong types are \
                            refused. Requests of web pages of other sites are refused (403). docs/simulator.md explains the \
                            behaviour.",
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": definitions},
    })
}
