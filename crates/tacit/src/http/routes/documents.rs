//! Pages for people and the API document for programs.

use crate::http::{
    documents,
    route::{Access::Public, Route, get},
};

/// The routes, in the order of the API document.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/", Public, documents::home).summary("Shows a page that says what this server is"),
        get("/api/docs", Public, documents::reference).summary("Shows the API reference"),
        get("/api/docs/json", Public, documents::openapi)
            .summary("Returns the API as an OpenAPI 3.1 document"),
        get("/api/docs/page.css", Public, documents::page_style).summary("Returns the style of all pages"),
        get("/api/docs/home.css", Public, documents::home_style)
            .summary("Returns the style of the start page"),
        get("/api/docs/home.js", Public, documents::home_script)
            .summary("Returns the script of the start page"),
        get("/api/docs/reference.css", Public, documents::reference_style)
            .summary("Returns the style of the API reference"),
        get("/api/docs/reference.js", Public, documents::reference_script)
            .summary("Returns the script of the API reference"),
    ]
}
