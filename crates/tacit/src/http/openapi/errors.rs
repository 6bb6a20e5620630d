//! The error answers of the document (wire-contract 2.1).

use serde_json::{Map, Value, json};

/// Status, name in the document, and when it is sent.
const ERRORS: [(&str, &str, &str); 12] = [
    ("400", "BadRequest", "It can be understood but not done: a duplicate, a protected thing, a bad value."),
    ("401", "Unauthorized", "No access token, or one that has ended."),
    ("403", "Forbidden", "Not allowed, or the access token is not valid."),
    ("404", "NotFound", "It does not exist, or the caller may not know that it does."),
    ("408", "RequestTimeout", "The body took too long to arrive."),
    ("409", "Conflict", "Somebody else changed it meanwhile. `details` says what."),
    ("413", "PayloadTooLarge", "The body is larger than this route takes."),
    ("414", "UriTooLong", "Path and query are longer than 16 KiB."),
    ("415", "UnsupportedMediaType", "The body has a Content-Encoding."),
    ("422", "ValidationFailure", "Fields with a wrong form. `message` lists them."),
    (
        "429",
        "RateLimitExceeded",
        "Too many requests or guesses. `Retry-After` says how many seconds to wait.",
    ),
    ("503", "ServiceUnavailable", "Not now. `Retry-After` says how many seconds to wait."),
];

/// References to the error answers, by status.
pub(super) fn references() -> Map<String, Value> {
    ERRORS
        .iter()
        .map(|(status, name, _)| {
            ((*status).to_owned(), json!({ "$ref": format!("#/components/responses/{name}") }))
        })
        .collect()
}

/// The error answers, by name.
pub(super) fn responses() -> Map<String, Value> {
    ERRORS.iter().map(|(status, name, when)| ((*name).to_owned(), response(status, when))).collect()
}

fn response(status: &str, when: &str) -> Value {
    let name = if status == "422" { "ValidationError" } else { "Error" };
    let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
    json!({ "description": when, "content": { "application/json": { "schema": schema } } })
}

/// The bodies of errors, by name.
pub(super) fn schemas() -> [(&'static str, Value); 2] {
    let sentence = json!({ "type": "string", "description": "What is wrong, for people." });
    let issues = json!({
        "type": "array",
        "description": "What is wrong, field by field.",
        "items": {
            "type": "object",
            "properties": {
                "code": { "type": "string", "description": "What is wrong, for programs." },
                "path": { "type": "array", "items": { "type": ["string", "integer"] }, "description": "Where." },
                "message": { "type": "string", "description": "What is wrong, for people." },
            },
            "required": ["code", "path", "message"],
        },
    });
    [("Error", envelope(&sentence)), ("ValidationError", envelope(&issues))]
}

fn envelope(message: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "reqId": { "type": "string", "description": "The request, as the server's log names it." },
            "statusCode": { "type": "integer", "description": "The HTTP status." },
            "error": { "type": "string", "description": "The kind of error, for programs." },
            "message": message,
            "details": { "description": "On 403, the caller's rules or the rights it lacks." },
            "decisionId": {
                "type": "string",
                "description": "On 403, what an administrator opens at /api/ui/v1/decisions/{decision}.",
            },
        },
        "required": ["reqId", "statusCode", "error", "message"],
    })
}
