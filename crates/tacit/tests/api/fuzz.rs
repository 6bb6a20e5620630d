//! Whatever arrives on whichever route from somebody who may do everything: an answer, never a failure
//! of the server, and every refusal in the envelope.
//!
//! Half of the requests are made up throughout. The other half name a project, an environment, folders and
//! secrets that are there, so that they get as far as their use case.
//!
//! Each route gets some requests of each test; more by `PROPTEST_CASES`.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use schemars::SchemaGenerator;
use serde_json::Value;
use tacit::http::{
    route::{Access, Route},
    routes,
};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    every_route::{assert_envelope, ends_session},
    fuzz_known::{anchors, deletable, known, place, plausible, restore},
    harness::{Answer, TestServer, each_engine},
};

/// By default 8 requests for each route; `PROPTEST_CASES` counts 256 for them.
const CASES_SHARE: u32 = 32;

/// A request on one route, as far as it is made up.
#[derive(Clone, Debug)]
struct Fuzzed {
    /// Whether it is about what exists.
    is_real: bool,
    /// For each parameter of the path, something to put there; nothing for what exists.
    path: Vec<Option<String>>,
    query: Option<String>,
    content_type: &'static str,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

/// Values as they stand in JSON, most of them a trap.
const VALUES: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1",
    "1e400",
    "-1e400",
    "1.5",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999999999999999",
    "1e308",
    "0.0000000000000000000000001",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[{}]",
    "[\"\"]",
    "[1,\"a\",null]",
    "{\"\":\"\"}",
    "\"\"",
    "\" \"",
    "\"/\"",
    "\"dev\"",
    "\"//..//\"",
    "\"\\u0000\"",
    "\"a\\u0000b\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\u{202e}\u{feff}\"",
    "\"${A}${dev.A}\"",
    "\"2026-01-31T12:00:00Z\"",
    "\"9999999-01-01T00:00:00Z\"",
    "\"-1\"",
    "\"true\"",
    "\"1e999\"",
    "\"%00%ff\"",
    "\"'; --\"",
    "\"key=a,value=b|key=\"",
    "\"00000000-0000-4000-8000-000000000000\"",
    "\"x@example.test\"",
    "\"10.0.0.0/33\"",
    "\"A,B,,\"",
    "[{\"secretKey\":\"A\",\"secretValue\":\"1\"},{\"secretKey\":\"A\"}]",
    "[{\"key\":\"\\u0000\",\"value\":1}]",
    "[{\"role\":\"admin\",\"isTemporary\":true,\"temporaryRange\":\"1e9y\"}]",
    "[{\"ipAddress\":\"::/129\"}]",
    "NaN",
    "'a'",
    "1e",
    "\"",
];

/// Names and values for a query, as they stand there.
const QUERY_VALUES: &[&str] = &[
    "",
    "a",
    "%",
    "%00",
    "%ff%fe",
    "%F0%9F%98%80",
    "%2F",
    "..%2f..",
    "+",
    "true",
    "TRUE",
    "1",
    "-1",
    "0",
    "1e9",
    "99999999999999999999",
    "-9223372036854775808",
    "9223372036854775807",
    "2026-01-31T12:00:00Z",
    "999999-01-01",
    "0000-00-00T00:00:00Z",
    "key=a,value=b",
    "key%3Da%2Cvalue%3Db%7Ckey%3D",
    "%7C%7C%2C%2C",
    "dev",
    "/a/b",
    "desc",
    "%EF%BF%BD",
    "a,b,,c",
    "[]",
    "{}",
    "*",
];

const CONTENT_TYPES: &[&str] = &[
    "application/json",
    "application/json",
    "application/json;charset=utf-16",
    "APPLICATION/JSON ; x",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=",
    "text/plain",
    "",
    ";",
    "application/jsonx",
];

/// All names of fields in a schema and those it refers to.
pub fn names(make: Option<fn(&mut SchemaGenerator) -> schemars::Schema>, into: &mut BTreeSet<String>) {
    let Some(make) = make else { return };
    let mut generator = SchemaGenerator::default();
    let schema = make(&mut generator).to_value();
    let definitions = Value::Object(generator.take_definitions(true));
    let mut open = vec![&schema, &definitions];
    while let Some(value) = open.pop() {
        if let Some(fields) = value["properties"].as_object() {
            into.extend(fields.keys().cloned());
        }
        open.extend(value.as_object().into_iter().flat_map(serde_json::Map::values));
        open.extend(value.as_array().into_iter().flatten());
    }
}

/// A body: an object of the route's fields with traps as values and fields twice, or what is no object.
fn body(names: Vec<String>) -> BoxedStrategy<Vec<u8>> {
    let value = prop_oneof![
        6 => select(VALUES).prop_map(str::to_owned),
        1 => "\\PC{0,40}".prop_map(|text| Value::from(text).to_string()),
        1 => (1_usize..200).prop_map(|depth| format!("{}1{}", "{\"a\":[".repeat(depth), "]}".repeat(depth))),
        1 => (1_usize..70_000).prop_map(|length| format!("\"{}\"", "ä".repeat(length))),
    ];
    let object = vec((select(names.clone()), value), 0..12).prop_map(|fields| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", fields.join(",")).into_bytes()
    });
    let form = vec((select(names), select(QUERY_VALUES)), 0..8).prop_map(|fields| {
        fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&")
            .into_bytes()
    });
    // Bytes that are changed may break UTF-8 in the middle of a text.
    let broken = (object.clone(), any::<Index>(), any::<u8>()).prop_map(|(mut bytes, at, byte)| {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    prop_oneof![6 => object, 2 => form, 2 => broken, 1 => vec(any::<u8>(), 0..64)].boxed()
}

fn query(names: Vec<String>) -> BoxedStrategy<Option<String>> {
    let text =
        prop_oneof![select(QUERY_VALUES).prop_map(str::to_owned), "[A-Za-z0-9%=&+,.;:/?|!*'()~_-]{0,30}"];
    let pairs = vec((select(names), text), 0..10).prop_map(|fields| {
        fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    });
    prop_oneof![1 => Just(None), 6 => pairs.prop_map(Some), 1 => "[A-Za-z0-9%=&+;/?]{0,60}".prop_map(Some)]
        .boxed()
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let name = select(vec![
        "user-agent",
        "if-none-match",
        "x-forwarded-for",
        "x-real-ip",
        "origin",
        "cookie",
        "accept",
        "content-length",
        "host",
        "x-request-id",
        "last-event-id",
    ]);
    let value = prop_oneof![
        vec(prop_oneof![0x20..0x7f_u8, 0x80..=0xff_u8], 0..40),
        (0_usize..9000).prop_map(|length| vec![b'a'; length]),
        select(vec!["*", "\"\", W/\"a\",,", "18.499", "-1", "::1, ::1", "null"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    vec((name, value), 0..3)
}

/// The names of the fields of a route's query and body.
fn fields(route: &Route) -> (Vec<String>, Vec<String>) {
    let mut in_query = BTreeSet::from(["projectId".to_owned(), "offset".to_owned()]);
    let mut in_body = BTreeSet::from(["projectId".to_owned(), "environment".to_owned()]);
    names(route.query, &mut in_query);
    names(route.body, &mut in_body);
    (in_query.into_iter().collect(), in_body.into_iter().collect())
}

/// What a field of a request about what exists says, in JSON.
type Filled = (String, Text);

/// A value that a field may well have, or a trap as it stands there.
#[derive(Clone, Debug)]
enum Text {
    Plausible(Value),
    Trap(Index),
}

/// Most of the fields of which something is known, and now and then a trap in any.
fn filled(names: Vec<String>, ids: &Value) -> impl Strategy<Value = Vec<Filled>> + use<> {
    let known = anchors(ids);
    let is_free = |name: &String| known.iter().all(|(anchor, _)| anchor != name);
    let names: Vec<(String, Vec<Value>)> =
        names.into_iter().filter(is_free).map(|name| (name.clone(), plausible(&name, ids))).collect();
    vec((any::<Index>(), 0..12_u8), names.len()).prop_map(move |choices| {
        let one = |((name, values), (at, choice)): (&(String, Vec<Value>), (Index, u8))| match choice {
            0 => Some((name.clone(), Text::Trap(at))),
            1..=7 if !values.is_empty() => Some((name.clone(), Text::Plausible(at.get(values).clone()))),
            _ => None,
        };
        names.iter().zip(choices).filter_map(one).collect()
    })
}

fn real_query(fields: Vec<Filled>, anchors: &[(&'static str, String)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut traps = String::new();
    query.extend_pairs(anchors);
    for (name, text) in fields {
        match text {
            Text::Plausible(Value::String(text)) => drop(query.append_pair(&name, &text)),
            Text::Plausible(value) => drop(query.append_pair(&name, &value.to_string())),
            Text::Trap(at) => traps.extend(["&", &name, "=", at.get::<&str>(QUERY_VALUES)]),
        }
    }
    query.finish() + &traps
}

fn real_body(fields: Vec<Filled>, anchors: &[(&'static str, String)]) -> Vec<u8> {
    let mut parts: Vec<_> = anchors.iter().map(|(name, id)| format!("\"{name}\":\"{id}\"")).collect();
    parts.extend(fields.into_iter().map(|(name, text)| match text {
        Text::Plausible(value) => format!("\"{name}\":{value}"),
        Text::Trap(at) => format!("\"{name}\":{}", at.get(VALUES)),
    }));
    format!("{{{}}}", parts.join(",")).into_bytes()
}

/// A request about what exists.
fn real(route: &Route, ids: &Value) -> impl Strategy<Value = Fuzzed> + use<> {
    let (in_query, in_body) = fields(route);
    let known = anchors(ids);
    let parameters = route.path.matches('{').count();
    (filled(in_query, ids), filled(in_body, ids), headers()).prop_map(move |(query, body, headers)| Fuzzed {
        is_real: true,
        path: vec![None; parameters],
        query: Some(real_query(query, &known)),
        content_type: "application/json",
        headers,
        body: real_body(body, &known),
    })
}

/// A request that is made up throughout.
fn made_up(route: &Route) -> impl Strategy<Value = Fuzzed> + use<> {
    let (in_query, in_body) = fields(route);
    let segment = prop_oneof![
        select(vec![
            "%00",
            "%ff",
            "%2F",
            "..",
            "%2e%2e",
            "a%20b",
            "%F0%9F%98%80",
            "-1",
            "0",
            "x".repeat(300).leak()
        ])
        .prop_map(str::to_owned),
        "[A-Za-z0-9%._~-]{1,20}",
    ];
    let path = vec(prop::option::of(segment), route.path.matches('{').count());
    (path, query(in_query), select(CONTENT_TYPES), headers(), body(in_body)).prop_map(
        |(path, query, content_type, headers, body)| Fuzzed {
            is_real: false,
            path,
            query,
            content_type,
            headers,
            body,
        },
    )
}

impl Fuzzed {
    /// The target. Deleting keeps away from what exists, so that there is something to the end.
    fn target(&self, route: &Route, ids: &Value) -> String {
        let mut made_up = self.path.iter();
        let mut target = String::new();
        for part in route.path.split('/').skip(1) {
            target.push('/');
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                None => target.push_str(part),
                Some(name) => match made_up.next().unwrap() {
                    // No slug begins like this: a request before may have given the project any.
                    Some(text) if keeps_away(route) => target.extend(["~", text]),
                    Some(text) => target.push_str(text),
                    None if keeps_away(route) => target.push_str(deletable(name)),
                    None if route.path.ends_with("{*path}") => target.push_str(place(name, ids)),
                    None => target.push_str(ids[name.trim_start_matches('*')].as_str().unwrap_or("A")),
                },
            }
        }
        if let Some(query) = &self.query {
            target = format!("{target}?{query}");
        }
        target
    }

    /// The request; nothing if its target is none at all.
    fn request(&self, route: &Route, token: &str, ids: &Value) -> Option<Request<Body>> {
        let mut request = Request::builder()
            .method(route.method.clone())
            .uri(self.target(route, ids))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", self.content_type);
        for (name, value) in &self.headers {
            request = request.header(*name, HeaderValue::from_bytes(value).ok()?);
        }
        request.body(Body::from(self.body.clone())).ok()
    }
}

/// Routes that would take away what the test goes on with.
fn keeps_away(route: &Route) -> bool {
    let renames_environment = route.method == Method::PATCH && route.path.ends_with("/{environment}");
    route.method == Method::DELETE || renames_environment || route.path.ends_with("/revoke")
}

/// Routes of secrets and folders, which requests before may have taken away.
fn is_about_secrets(route: &Route) -> bool {
    route.path.contains("/secrets") || route.path.contains("/folders")
}

fn check(route: &Route, request: &Fuzzed, answer: &Answer) {
    let label = format!("{} {} {request:?}: {} {}", route.method, route.path, answer.status, answer.text);
    assert!(answer.status < 500, "{label}");
    if answer.status >= 400 {
        assert_envelope(route, answer);
    } else if answer.status == 200 && route.answer.is_some() {
        assert!(answer.body.is_object() || answer.body.is_array(), "{label}");
    }
}

/// What is answered; nothing for a stream, which does not end.
async fn answer(server: &TestServer, request: Request<Body>) -> Option<Answer> {
    let response = server.respond(request).await;
    let is_stream = response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream");
    if is_stream { None } else { Some(Answer::read(response).await) }
}

async fn fuzz(server: &TestServer) {
    let admin = server.with_admin().await;
    let ids = known(&admin).await;
    let cases = (Config::default().cases / CASES_SHARE).max(1);
    let list = format!("/api/v4/secrets?projectId={}&environment=dev", ids["project"].as_str().unwrap());
    for route in routes::all().iter().filter(|route| !ends_session(route)) {
        let token = if route.access == Access::Identity { &admin.identity_token } else { &admin.token };
        let mut runner = TestRunner::new(Config { cases, max_shrink_iters: 100, ..Config::default() });
        let one = |request: Fuzzed| {
            let Some(sent) = request.request(route, token, &ids) else { return Ok(()) };
            let answer = block_in_place(|| {
                Handle::current().block_on(async {
                    if request.is_real && is_about_secrets(route) {
                        restore(&admin, &ids).await;
                    }
                    answer(server, sent).await
                })
            });
            if let Some(answer) = answer {
                check(route, &request, &answer);
            }
            Ok(())
        };
        runner.run(&prop_oneof![made_up(route), real(route, &ids)], one).unwrap();
        let answer = admin.call("GET", &list, None).await;
        let label = format!("{} {}", route.method, route.path);
        assert_eq!(answer.status, 200, "{label} left nothing to ask for: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_on_any_route_breaks_the_server() {
    each_engine(fuzz).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_is_a_token_unless_we_signed_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let token = admin.token.clone();
        let text = prop_oneof![
            vec(prop_oneof![0x20..0x7f_u8, 0x80..=0xff_u8], 0..200),
            "([A-Za-z0-9_-]{0,60}[.]){0,4}[A-Za-z0-9_-]{0,60}".prop_map(String::into_bytes),
            (any::<Index>(), any::<Index>()).prop_map(move |(from, to)| {
                // A part of a token of ours; the last four characters are always changed.
                let (from, to) = (from.index(token.len()), to.index(token.len()));
                let part = &token[from.min(to)..from.max(to)];
                format!("{part}~~~~").into_bytes()
            }),
        ];
        let mut runner = TestRunner::new(Config { cases: 128, ..Config::default() });
        let one = |bytes: Vec<u8>| {
            let value = [b"Bearer ".as_slice(), &bytes].concat();
            let request = Request::builder().uri("/api/v1/projects").header("authorization", value);
            let answer = block_in_place(|| {
                Handle::current().block_on(server.send(request.body(Body::empty()).unwrap()))
            });
            prop_assert!(matches!(answer.status, 401 | 403), "{}", answer.text);
            Ok(())
        };
        runner.run(&text, one).unwrap();
    })
    .await;
}
