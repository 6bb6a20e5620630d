//! The dashboard's rules, on three files that stand for a built one.

use super::*;

const FILES: &[File] = &[
    File {
        path: "/index.html",
        tag: "\"1\"",
        plain: b"<html href=\"/assets/a-1f.js\">",
        br: Some(b"br page"),
        gz: None,
    },
    File { path: "/favicon.svg", tag: "\"2\"", plain: b"<svg>", br: None, gz: None },
    File { path: "/assets/a-1f.js", tag: "\"3\"", plain: b"js", br: Some(b"br js"), gz: Some(b"gz js") },
];

fn ask(method: &Method, uri: &'static str, headers: &[(&'static str, &'static str)]) -> Option<Response> {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    respond(FILES, method, &Uri::from_static(uri), &headers.collect(), &BasePath::default())
}

fn get(uri: &'static str, headers: &[(&'static str, &'static str)]) -> Option<Response> {
    ask(&Method::GET, uri, headers)
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn text(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

const HTML: &str = "<html href=\"/assets/a-1f.js\">";
const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml;q=0.9");

#[tokio::test]
async fn every_page_path_answers_the_page_that_is_never_kept() {
    for path in ["/", "/login", "/org/1/overview", "/project/1/secrets/overview?secretPath=/a"] {
        let response = get(path, &[PAGE]).unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
        assert_eq!(text(response).await, HTML);
    }
    assert_eq!(text(get("/", &[]).unwrap()).await, HTML);
}

#[test]
fn what_is_no_page_is_left_to_others() {
    for path in ["/api", "/api/v1/nothing", "/api/"] {
        assert!(get(path, &[PAGE]).is_none(), "{path}");
    }
    assert!(get("/project/1", &[("accept", "application/json")]).is_none());
    assert!(get("/project/1", &[]).is_none());
    assert!(get("/assets/gone-2e.js", &[PAGE]).is_none());
    assert!(ask(&Method::POST, "/login", &[PAGE]).is_none());
    assert!(
        respond(&[], &Method::GET, &Uri::from_static("/"), &HeaderMap::new(), &BasePath::default()).is_none()
    );
}

#[tokio::test]
async fn a_file_with_a_hash_may_be_kept_and_comes_compressed_if_that_is_taken() {
    for (accepted, encoding, content) in [
        ("gzip, deflate, br", "br", "br js"),
        ("gzip;q=0.5", "gzip", "gz js"),
        ("br;q=0, GZIP", "gzip", "gz js"),
        ("br;q=0.0", "", "js"),
        ("identity", "", "js"),
    ] {
        let response = get("/assets/a-1f.js", &[("accept-encoding", accepted)]).unwrap();
        assert_eq!(header(&response, "content-encoding"), encoding, "{accepted}");
        assert_eq!(header(&response, "cache-control"), IMMUTABLE);
        assert_eq!(header(&response, "vary"), "accept-encoding");
        assert_eq!(text(response).await, content);
    }
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let response = get("/favicon.svg", &[("if-none-match", "\"9\", W/\"2\"")]).unwrap();
    assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&response, "etag"), "\"2\"");
    assert_eq!(text(response).await, "");
    assert_eq!(get("/favicon.svg", &[("if-none-match", "\"1\"")]).unwrap().status(), StatusCode::OK);
}

#[test]
fn only_the_hand_over_to_a_command_line_may_reach_the_one_port_it_names() {
    let reaches =
        |path| header(&get(path, &[PAGE]).unwrap(), "content-security-policy").contains("127.0.0.1");
    for path in ["/login", "/login?callback_port=0", "/login?callback_port=x", "/login?callback_port=99999"] {
        assert!(!reaches(path), "{path}");
    }
    assert!(!reaches("/?callback_port=4242"));
    assert!(!reaches("/login?callback_port=1;script-src"));
    let response = get("/login?a=b&callback_port=4242", &[PAGE]).unwrap();
    let policy = header(&response, "content-security-policy");
    assert!(policy.contains("connect-src 'self' http://127.0.0.1:4242;"), "{policy}");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
    assert!(!policy.contains("unsafe"));
}

#[tokio::test]
async fn below_a_base_path_the_page_names_its_files_there_and_is_not_kept() {
    let base = BasePath::parse("/tacit").unwrap();
    let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("br"))]);
    let response = respond(FILES, &Method::GET, &Uri::from_static("/"), &headers, &base).unwrap();
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert_eq!((header(&response, "content-encoding"), header(&response, "etag")), ("", ""));
    assert!(header(&response, "content-security-policy").contains("base-uri 'none'"));
    assert_eq!(text(response).await, "<html href=\"/tacit/assets/a-1f.js\">");
}
