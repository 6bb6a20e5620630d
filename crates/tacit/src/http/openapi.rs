//! The API as an OpenAPI 3.1 document, made from the route table and the types of requests and answers.
//!
//! What the table does not say is not in the document, and no route can be missing from it.

mod errors;
mod operation;
mod schemas;

use serde_json::{Map, Value, json};

use self::schemas::Schemas;
use super::routes::{self, Area};

const ABOUT: &str = "Tacit keeps secrets for people and machines. It speaks Infisical's REST API, so \
    existing clients work with it.\n\nSend the access token as `Authorization: Bearer TOKEN`. Bodies are \
    JSON or forms. Unknown fields and query parameters are ignored.";

/// Builds the document of a server without a base path.
#[must_use]
pub fn document() -> Value {
    let areas = routes::areas();
    let mut schemas = Schemas::new();
    let paths = paths(&areas, &mut schemas);
    let tags: Vec<Value> = areas.iter().map(|area| json!({ "name": area.name })).collect();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tacit API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache License 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": {
                "accessToken": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "apiKey": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
            },
            "responses": errors::responses(),
        },
    });
    schemas.write_into(&mut document);
    document
}

fn paths(areas: &[Area], schemas: &mut Schemas) -> Map<String, Value> {
    let mut paths = Map::new();
    for area in areas {
        for route in &area.routes {
            let item = paths.entry(template(route.path)).or_insert_with(|| json!({}));
            item[route.method.as_str().to_ascii_lowercase()] = operation::of(route, area.name, schemas);
        }
    }
    paths
}

/// `{*rest}`, which takes the rest of the path, is `{rest}` in OpenAPI.
fn template(path: &str) -> String {
    path.replace("{*", "{")
}
