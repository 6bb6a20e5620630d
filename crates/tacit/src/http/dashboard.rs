//! The dashboard: its files, embedded by `build.rs`, and the rules browsers get with them.
//!
//! The files with a hash in their name never change and may be kept for good; the page that names
//! them is never kept, so that a new release is seen at once. Every path of a page is answered with
//! that one page, which reads the path itself; `/api` never is.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{
            ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
            ETAG, IF_NONE_MATCH, VARY,
        },
    },
    response::Response,
};

use super::etag::names;
use crate::app::base_path::BasePath;

/// One file, with the copies that were compressed when it was built.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its path, with the slash in front.
    path: &'static str,
    /// Its entity tag, with the quotes.
    tag: &'static str,
    plain: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/dashboard_files.rs"));

/// The page that every path leads to.
const INDEX: &str = "/index.html";
/// Where the files with a hash in their name are.
const HASHED: &str = "/assets/";
/// What is kept without asking again, for a year.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// The pages that may hand a sign-in over to a command line on the same machine.
const HAND_OVER_PATHS: [&str; 2] = ["/login", "/login/select-organization"];

/// Whether this build has a dashboard.
#[must_use]
pub fn is_embedded() -> bool {
    find(FILES, INDEX).is_some()
}

/// The dashboard's answer to a request that no route takes, if it has one.
pub(super) fn answer(request: &Request, base: &BasePath) -> Option<Response> {
    respond(FILES, request.method(), request.uri(), request.headers(), base)
}

/// A page of ours as it is below a base path: the addresses in it begin with a slash, and get it in front.
pub(super) fn below(base: &BasePath, html: &str) -> String {
    html.replace("=\"/", &format!("=\"{}/", base.as_str()))
}

fn find(files: &[File], path: &str) -> Option<File> {
    files.iter().find(|file| file.path == path).copied()
}

fn respond(
    files: &[File],
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    base: &BasePath,
) -> Option<Response> {
    let is_read = *method == Method::GET || *method == Method::HEAD;
    let path = uri.path();
    if !is_read || path == "/api" || path.starts_with("/api/") {
        return None;
    }
    if let Some(file) = find(files, path).filter(|file| file.path != INDEX) {
        let cache = if path.starts_with(HASHED) { IMMUTABLE } else { "no-cache" };
        return Some(sent(file, headers, cache, &policy("'self'")));
    }
    let is_page = path == "/" || (wants_page(headers) && !path.starts_with(HASHED));
    let index = find(files, INDEX).filter(|_| is_page)?;
    let policy = policy(&connections(uri));
    if base.as_str().is_empty() {
        return Some(sent(index, headers, "no-store", &policy));
    }
    Some(moved(index, &policy, base))
}

/// The page below a base path. It is short, so it is not compressed, and it is never kept.
fn moved(index: File, policy: &str, base: &BasePath) -> Response {
    let page = below(base, &String::from_utf8_lossy(index.plain));
    let mut response = Response::new(page.into());
    describe(response.headers_mut(), "no-store", policy);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type(INDEX)));
    response
}

/// Whether somebody looks at it, in a browser.
fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| {
        accept.split(',').any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "text/html"))
    })
}

/// What scripts may reach. A page that hands a sign-in over may reach the one port of this machine
/// that its address names, where a command line waits; no other page may.
fn connections(uri: &Uri) -> String {
    let port = HAND_OVER_PATHS.contains(&uri.path()).then(|| callback_port(uri.query()?)).flatten();
    port.map_or_else(|| "'self'".to_owned(), |port| format!("'self' http://127.0.0.1:{port}"))
}

fn callback_port(query: &str) -> Option<u16> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("callback_port="))?;
    value.parse().ok().filter(|port| *port != 0)
}

/// Everything comes from this server, and nothing is written into the page (security 3).
fn policy(connections: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src {connections}; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'; require-trusted-types-for 'script'"
    )
}

fn sent(file: File, headers: &HeaderMap, cache: &'static str, policy: &str) -> Response {
    let (content, encoding) = encoded(file, headers);
    let is_known =
        headers.get(IF_NONE_MATCH).is_some_and(|wanted| names(wanted, &HeaderValue::from_static(file.tag)));
    let mut response =
        Response::new(if is_known { Body::empty() } else { Bytes::from_static(content).into() });
    let answer = response.headers_mut();
    answer.insert(ETAG, HeaderValue::from_static(file.tag));
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    describe(answer, cache, policy);
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(file.path)));
    if let Some(encoding) = encoding {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// What browsers may do with it.
fn describe(headers: &mut HeaderMap, cache: &'static str, policy: &str) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// The smallest copy that the browser takes.
fn encoded(file: File, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let takes = |name: &str| accepted.split(',').any(|one| is_taken(one, name));
    match (file.br.filter(|_| takes("br")), file.gz.filter(|_| takes("gzip"))) {
        (Some(br), _) => (br, Some("br")),
        (None, Some(gz)) => (gz, Some("gzip")),
        (None, None) => (file.plain, None),
    }
}

/// Whether one item of Accept-Encoding is this encoding, and not refused by a weight of zero.
fn is_taken(item: &str, name: &str) -> bool {
    let mut parts = item.split(';').map(str::trim);
    let is_named = parts.next().is_some_and(|encoding| encoding.eq_ignore_ascii_case(name));
    is_named
        && parts.all(|part| match part.strip_prefix("q=") {
            Some(weight) => weight.parse::<f32>().is_ok_and(|weight| weight > 0.0),
            None => true,
        })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
