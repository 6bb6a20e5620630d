//! What handlers take from a request: query, path, body. Each refuses a wrong form in the wire's way.

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header::CONTENT_TYPE, request::Parts},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use serde_json::Value;

use super::{
    arrival::Arrival,
    limits::{JSON_VALUES_MAX, PARAMETERS_MAX, json::has_more_values},
    problem::Problem,
};
use crate::app::{App, Caller, Client, Error, Issue, error::PathPart};

/// The query, read as `T`. Unknown parameters are ignored (wire-contract 1.1).
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(read_form(parts.uri.query().unwrap_or("").as_bytes())?))
    }
}

/// The parameters of the path, percent-decoded. One with a NUL character names nothing: no id, slug
/// or name has any, and PostgreSQL takes none in a text.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if parts.uri.path().contains("%00") {
            return Err(Error::NotFound("There is nothing of this name".to_owned()).into());
        }
        match axum::extract::Path::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(error) => Err(Error::Invalid(error.body_text()).into()),
        }
    }
}

/// The body, read as `T`: JSON, a form, or as if empty for any other content type (`decisions.md` 2).
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let kind = content_type(request.headers());
        // The gate has read it already, up to the limit of its route; the framework's own limit is lower than some.
        let bytes = to_bytes(request.into_body(), usize::MAX).await;
        let bytes = bytes.map_err(|error| Error::Invalid(format!("The body cannot be read: {error}")))?;
        let value = match kind {
            ContentType::Json if !bytes.is_empty() => read_json(&bytes)?,
            ContentType::Form => read_form(&bytes)?,
            ContentType::Json | ContentType::Other => read_json(b"{}")?,
        };
        Ok(Self(value))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    /// The gate has put the caller there; on a public route there is none.
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::Unauthenticated("Token missing").into())
    }
}

impl FromRequestParts<App> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Arrival::client(&parts.extensions)?)
    }
}

enum ContentType {
    Json,
    Form,
    Other,
}

fn content_type(headers: &HeaderMap) -> ContentType {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    match text.split(';').next().unwrap_or("").trim().to_ascii_lowercase().as_str() {
        "application/json" => ContentType::Json,
        "application/x-www-form-urlencoded" => ContentType::Form,
        _ => ContentType::Other,
    }
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    // A value takes far more memory than its text, so it is counted before it is read.
    if has_more_values(bytes, JSON_VALUES_MAX) {
        return Err(Error::Invalid(format!("The body may hold {JSON_VALUES_MAX} values")));
    }
    // Syntax first: text that is not JSON is 400, JSON of the wrong form is 422.
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Error::Invalid(format!("The body is not valid JSON: {error}")))?;
    if !value.is_object() {
        let mut issue = Issue::at("", "The body must be an object");
        issue.path.clear();
        return Err(Error::Form(vec![issue]));
    }
    serde_path_to_error::deserialize(value).map_err(|error| issue_of(&error))
}

fn read_form<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    if bytes.len() > PARAMETERS_MAX && form_urlencoded(bytes).nth(PARAMETERS_MAX).is_some() {
        return Err(Error::Invalid(format!("There may be {PARAMETERS_MAX} parameters")));
    }
    let form = || serde_urlencoded::Deserializer::new(form_urlencoded(bytes));
    // To keep track of the place of an error costs more than the reading, and most forms have none.
    T::deserialize(form())
        .or_else(|_| serde_path_to_error::deserialize(form()).map_err(|error| issue_of(&error)))
}

fn form_urlencoded(bytes: &[u8]) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(bytes)
}

/// Begins the complaint of [`located`]; the path follows as JSON, and the complaint itself on a line of
/// its own.
const LOCATED: &str = "at ";

/// Reads fields that stand in a request beside others, and says which of them is wrong: serde itself
/// forgets that about flattened fields.
///
/// # Errors
///
/// As reading a `T`.
pub(crate) fn located<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path: Vec<Value> = error.path().iter().filter_map(path_value).collect();
        serde::de::Error::custom(format!("{LOCATED}{}\n{}", Value::from(path), error.inner()))
    })
}

fn path_value(segment: &serde_path_to_error::Segment) -> Option<Value> {
    Some(match path_part(segment)? {
        PathPart::Field(name) => name.into(),
        PathPart::Position(index) => index.into(),
    })
}

/// Takes the path that [`located`] put before a complaint, as often as it did.
fn take_path(mut text: &str, path: &mut Vec<PathPart>) -> String {
    while let Some((inner, rest)) = text.strip_prefix(LOCATED).and_then(|text| text.split_once('\n')) {
        let parts: Vec<Value> = serde_json::from_str(inner).unwrap_or_default();
        path.extend(parts.into_iter().filter_map(|part| match part {
            Value::String(name) => Some(PathPart::Field(name)),
            other => other.as_u64().and_then(|index| index.try_into().ok()).map(PathPart::Position),
        }));
        text = rest;
    }
    text.to_owned()
}

/// Turns serde's first complaint into an issue. It never quotes what was sent: that may be a value.
fn issue_of<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> Error {
    let mut path: Vec<PathPart> = error.path().iter().filter_map(path_part).collect();
    let text = take_path(&error.inner().to_string(), &mut path);
    let mut issue = Issue::at("", "Invalid value");
    if let Some(field) = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        path.push(PathPart::Field(field.to_owned()));
        issue.code = "invalid_type";
        issue.message = "Required".to_owned();
    } else if let Some((_, expected)) = text.split_once(", expected ") {
        issue.code = if text.starts_with("invalid type") { "invalid_type" } else { "custom" };
        issue.message = format!("Expected {}", expected.split(" at line ").next().unwrap_or(expected));
    } else if let Some(message) = text.strip_prefix("rule: ") {
        issue.message = message.to_owned();
    }
    issue.path = path;
    Error::Form(vec![issue])
}

fn path_part(segment: &serde_path_to_error::Segment) -> Option<PathPart> {
    match segment {
        serde_path_to_error::Segment::Seq { index } => Some(PathPart::Position(*index)),
        serde_path_to_error::Segment::Map { key } => Some(PathPart::Field(key.clone())),
        serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;
    use crate::http::v4::secrets::{GetQuery, ListQuery};

    /// What came instead of a list, never quoted.
    fn issue<T>(read: Result<T, Error>) -> Option<Issue> {
        match read {
            Err(Error::Form(issues)) => issues.into_iter().next(),
            _ => None,
        }
    }

    /// A query: bytes of any kind, or pairs of names that a list knows and traps.
    fn query() -> impl Strategy<Value = Vec<u8>> {
        let name = select(vec![
            "projectId",
            "environment",
            "secretPath",
            "recursive",
            "viewSecretValue",
            "at",
            "version",
            "type",
            "expandSecretReferences",
            "include_imports",
            "includeImports",
            "metadataFilter",
            "tagSlugs",
            "includePersonalOverrides",
            "x",
            "",
            "a[]",
            "a.b",
        ]);
        let value = prop_oneof![
            "[a-zA-Z0-9%+&;=,|/ .:-]{0,12}",
            select(vec!["true", "false", "%00", "%ff", "1", "-1", "99999999999999999999", "canary"])
                .prop_map(str::to_owned),
        ];
        let pairs = vec((name, value), 0..6).prop_map(|pairs| {
            let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            pairs.join("&").into_bytes()
        });
        prop_oneof![3 => pairs, 1 => vec(any::<u8>(), 0..80)]
    }

    proptest! {
        #[test]
        fn whatever_query_arrives_is_read_or_has_an_issue_that_quotes_nothing(query in query()) {
            for issue in [issue(read_form::<ListQuery>(&query)), issue(read_form::<GetQuery>(&query))] {
                let Some(issue) = issue else { continue };
                prop_assert!(!issue.message.is_empty() && !issue.message.contains("canary"), "{:?}", issue);
                prop_assert!(!issue.message.starts_with(LOCATED), "{:?}", issue);
            }
        }
    }

    #[test]
    fn an_issue_of_a_part_beside_others_has_its_whole_path() {
        let path = |query: &str| issue(read_form::<ListQuery>(query.as_bytes())).map(|issue| issue.path);
        let field = |name: &str| Some(vec![PathPart::Field(name.to_owned())]);

        assert_eq!(path("projectId=a%00"), field("projectId"));
        assert_eq!(path("includeImports=x"), field("includeImports"));
        assert_eq!(path("recursive=x"), field("recursive"));
        assert_eq!(path("recursive=true"), None);
    }
}
