//! One route of the document.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{errors, schemas::Schemas};
use crate::http::route::{Access, Route};

/// Describes a route.
pub(super) fn of(route: &Route, area: &str, schemas: &mut Schemas) -> Value {
    let mut operation = json!({
        "tags": [area],
        "summary": route.summary,
        "operationId": id(&route.method, route.path),
        "x-access": access_name(route),
        "security": security(route),
    });
    if !route.event.is_empty() {
        operation["x-audit-event"] = route.event.into();
    }
    let mut parameters: Vec<Value> = path_parameters(route.path).map(path_parameter).collect();
    if let Some(make) = route.query {
        parameters.extend(schemas.query_parameters(make));
    }
    let takes_input = !parameters.is_empty() || route.body.is_some();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(make) = route.body {
        operation["requestBody"] = schemas.request_body(make);
    }
    operation["responses"] = responses(route, takes_input, schemas).into();
    operation
}

/// Who may call, in words.
fn access_name(route: &Route) -> String {
    let name = match route.access {
        Access::Public => "public",
        Access::UserWithoutOrganization => "user, also before choosing an organization",
        Access::User => "user",
        Access::Identity => "identity",
        Access::Caller => "user or identity",
        Access::ServiceToken => "service token",
        Access::InstanceAdmin => "instance admin",
    };
    let is_more = route.takes_service_tokens && route.access != Access::ServiceToken;
    if is_more { format!("{name}, or service token") } else { name.to_owned() }
}

fn security(route: &Route) -> Value {
    match route.access {
        Access::Public => json!([]),
        _ if route.takes_api_keys => json!([{ "accessToken": [] }, { "apiKey": [] }]),
        _ => json!([{ "accessToken": [] }]),
    }
}

/// `GET /api/v3/secrets/raw/{name}` is `get_v3_secrets_raw_by_name`: different for each route, and the
/// same in every release. The hyphens of `client-secrets` stay apart from slashes: `clientSecrets`.
fn id(method: &Method, path: &str) -> String {
    let mut id = method.as_str().to_ascii_lowercase();
    for segment in path.split('/').filter(|segment| !segment.is_empty() && *segment != "api") {
        id.push_str(if segment.starts_with('{') { "_by_" } else { "_" });
        push_camel_case(&mut id, segment);
    }
    if path == "/" { id + "_root" } else { id }
}

fn push_camel_case(id: &mut String, segment: &str) {
    let words = segment.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for (position, word) in words.enumerate() {
        let mut letters = word.chars();
        if position > 0 {
            id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        }
        id.extend(letters);
    }
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| name.trim_start_matches('*'))
}

fn path_parameter(name: &str) -> Value {
    json!({
        "name": name,
        "in": "path",
        "required": true,
        "description": path_parameter_meaning(name),
        "schema": { "type": "string" },
    })
}

fn path_parameter_meaning(name: &str) -> String {
    match name {
        "name" => "Name of the secret, percent-encoded.".to_owned(),
        "environment" => "Id or slug of the environment.".to_owned(),
        "slug" => "Slug.".to_owned(),
        _ => format!("Id of the {}.", in_words(name)),
    }
}

/// `clientSecret` and `client_secret` are `client secret`.
fn in_words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(if letter == '_' { ' ' } else { letter.to_ascii_lowercase() });
    }
    words
}

fn responses(route: &Route, takes_input: bool, schemas: &mut Schemas) -> Map<String, Value> {
    let mut ok = json!({ "description": "It was done." });
    if let Some(make) = route.answer {
        ok["content"] = json!({ "application/json": { "schema": schemas.answer(make) } });
    }
    let mut responses = Map::from_iter([("200".to_owned(), ok)]);
    // A public page that takes nothing fails for nobody.
    if takes_input || route.access != Access::Public || route.method != Method::GET {
        responses.extend(errors::references());
    }
    responses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_ids_follow_method_and_path() {
        assert_eq!(id(&Method::GET, "/"), "get_root");
        assert_eq!(id(&Method::GET, "/api/v3/secrets/raw/{name}"), "get_v3_secrets_raw_by_name");
        assert_eq!(
            id(&Method::POST, "/api/v1/auth/universal-auth/identities/{identity}/client-secrets"),
            "post_v1_auth_universalAuth_identities_by_identity_clientSecrets"
        );
    }

    #[test]
    fn names_of_parameters_read_as_words() {
        assert_eq!(path_parameter_meaning("clientSecret"), "Id of the client secret.");
        assert_eq!(path_parameter_meaning("membership"), "Id of the membership.");
    }
}
