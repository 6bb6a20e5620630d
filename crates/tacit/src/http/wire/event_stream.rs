//! Streams of server-sent events (wire-contract 14).

use std::{convert::Infallible, fmt::Write};

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderValue, Version,
        header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE},
    },
    response::Response,
};
use futures_util::{StreamExt, stream};
use serde::Serialize;

use crate::app::changes::{Step, Subscription};

/// Longest list in one event, in bytes: clients read lines of at most 64 KiB.
pub(crate) const LIST_BYTES_MAX: usize = 48 * 1024;

/// Answers with `greeting` and then whatever `write` makes of each step, until the subscription ends.
pub(crate) fn respond(
    version: Version,
    greeting: String,
    subscription: Subscription,
    write: fn(&Step, &Subscription) -> String,
) -> Response {
    let steps = stream::unfold(subscription, move |mut subscription| async move {
        let step = subscription.next().await?;
        let text = write(&step, &subscription);
        Some((text, subscription))
    });
    let texts = stream::once(async { greeting }).chain(steps);
    let body = Body::from_stream(texts.map(|text| Ok::<_, Infallible>(Bytes::from(text))));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    if version == Version::HTTP_11 {
        headers.insert(CONNECTION, HeaderValue::from_static("keep-alive"));
    }
    response
}

/// One event. The data must be one line, which JSON is.
pub(crate) fn push_event(text: &mut String, id: Option<&str>, name: &str, data: Option<&str>) {
    if let Some(id) = id {
        let _ = writeln!(text, "id: {id}");
    }
    let _ = writeln!(text, "event: {name}");
    if let Some(data) = data {
        let _ = writeln!(text, "data: {data}");
    }
    text.push('\n');
}

/// Items as JSON lists, each at most [`LIST_BYTES_MAX`] long, with the position after its last item.
pub(crate) fn lists<T: Serialize>(items: &[T]) -> Vec<(String, usize)> {
    let mut lists = Vec::new();
    let mut list = String::new();
    for (position, item) in items.iter().enumerate() {
        // Names, paths and numbers can always be written.
        let item = serde_json::to_string(item).unwrap_or_default();
        if !list.is_empty() && list.len() + item.len() + 2 > LIST_BYTES_MAX {
            lists.push((format!("[{list}]"), position));
            list.clear();
        }
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(&item);
    }
    if !list.is_empty() {
        lists.push((format!("[{list}]"), items.len()));
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_ends_with_an_empty_line() {
        let mut text = String::new();
        push_event(&mut text, None, "ping", None);
        push_event(&mut text, Some("7"), "change", Some("{}"));
        assert_eq!(text, "event: ping\n\nid: 7\nevent: change\ndata: {}\n\n");
    }

    #[test]
    fn long_lists_are_split_and_lose_nothing() {
        let items: Vec<String> = (0..1000).map(|number| format!("{number:0200}")).collect();
        let lists = lists(&items);
        assert!(lists.len() > 1);
        assert!(lists.iter().all(|(list, _)| list.len() <= LIST_BYTES_MAX));
        let read: Vec<String> =
            lists.iter().flat_map(|(list, _)| serde_json::from_str::<Vec<String>>(list).unwrap()).collect();
        assert_eq!(read, items);
        assert_eq!(lists.last().unwrap().1, 1000);
    }
}
