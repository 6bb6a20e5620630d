//! A route as data: what the router, the tests over all routes and the API document are made from.

use axum::{
    handler::Handler,
    http::Method,
    routing::{MethodFilter, MethodRouter, on},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::gate::{Gate, Gated};
use crate::app::App;

/// Who may call a route at all. What a caller may do with it is decided in `app`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone; an Authorization header is ignored.
    Public,
    /// A signed-in user, also before choosing an organization.
    UserWithoutOrganization,
    /// A user in an organization.
    User,
    /// A machine identity.
    Identity,
    /// A user in an organization, or a machine identity.
    Caller,
    /// A service token.
    ServiceToken,
    /// A user or machine identity that manages the instance.
    InstanceAdmin,
}

/// What a request counts as where the operator limits rates ([`rate_limit`](super::rate_limit)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A known caller reads.
    Read,
    /// A known caller changes something.
    Write,
    /// Somebody proves who they are, or ends that.
    Login,
    /// Anybody asks for what everybody may know.
    Public,
}

impl Class {
    /// What a route counts as by its method and who may call it.
    fn of(method: &Method, access: Access) -> Self {
        match (access, method == Method::GET) {
            (Access::Public, true) => Self::Public,
            (Access::Public, false) => Self::Login,
            (_, true) => Self::Read,
            (_, false) => Self::Write,
        }
    }
}

/// Bodies are refused above 1 MiB (`decisions.md` 3).
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Bodies of secret create, update and batch are refused above 8 MiB (`decisions.md` 3).
pub const SECRETS_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// Puts a handler behind the gate of its route, once all is known about the route.
type Guard = Box<dyn FnOnce(Gate) -> MethodRouter<App>>;

/// What a handler that several routes share can answer: each route names its own envelope.
pub trait Answer: Serialize + JsonSchema + Send + 'static {}

impl<T: Serialize + JsonSchema + Send + 'static> Answer for T {}

/// One route.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path with `{parameters}`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether service tokens may call it too.
    pub takes_service_tokens: bool,
    /// Whether users may call it with an API key.
    pub takes_api_keys: bool,
    /// What a request counts as where rates are limited.
    pub class: Class,
    /// One line for the API document.
    pub summary: &'static str,
    /// The audit event a refusal is recorded as (wire-contract 13.1).
    pub event: &'static str,
    /// The largest body it takes, in bytes.
    pub body_bytes_max: usize,
    /// What the query holds.
    pub query: Option<MakeSchema>,
    /// What the body holds.
    pub body: Option<MakeSchema>,
    /// What it answers with status 200.
    pub answer: Option<MakeSchema>,
    handler: Guard,
}

impl Route {
    fn new<H, T>(method: (Method, MethodFilter), path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self {
            class: Class::of(&method.0, access),
            method: method.0,
            path,
            access,
            takes_service_tokens: matches!(access, Access::ServiceToken),
            takes_api_keys: false,
            summary: "",
            event: "",
            body_bytes_max: BODY_BYTES_MAX,
            query: None,
            body: None,
            answer: None,
            handler: Box::new(move |gate| on(method.1, Gated { gate, handler })),
        }
    }

    /// The handler behind its gate.
    pub(super) fn guarded(self) -> MethodRouter<App> {
        let Self { access, takes_service_tokens, takes_api_keys, class, event, body_bytes_max, .. } = self;
        (self.handler)(Gate { access, takes_service_tokens, takes_api_keys, class, event, body_bytes_max })
    }

    /// Says in one line what it does.
    #[must_use]
    pub const fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Names the audit event a refusal is recorded as.
    #[must_use]
    pub const fn event(mut self, event: &'static str) -> Self {
        self.event = event;
        self
    }

    /// Lets service tokens call it too (wire-contract 3.3, S).
    #[must_use]
    pub const fn service_tokens(mut self) -> Self {
        self.takes_service_tokens = true;
        self
    }

    /// Lets users call it with an API key (wire-contract 3.3, K).
    #[must_use]
    pub const fn api_keys(mut self) -> Self {
        self.takes_api_keys = true;
        self
    }

    /// Counts as a read although it is no GET: what it looks for does not fit into a query.
    #[must_use]
    pub const fn reads(mut self) -> Self {
        self.class = Class::Read;
        self
    }

    /// Takes bodies up to 8 MiB.
    #[must_use]
    pub const fn large_body(mut self) -> Self {
        self.body_bytes_max = SECRETS_BODY_BYTES_MAX;
        self
    }

    /// Reads its query as `T`.
    #[must_use]
    pub fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(SchemaGenerator::subschema_for::<T>);
        self
    }

    /// Reads its body as `T`.
    #[must_use]
    pub fn body<T: JsonSchema>(mut self) -> Self {
        self.body = Some(SchemaGenerator::subschema_for::<T>);
        self
    }

    /// Answers `T`.
    #[must_use]
    pub fn answer<T: JsonSchema>(mut self) -> Self {
        self.answer = Some(SchemaGenerator::subschema_for::<T>);
        self
    }
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident: $method:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name<H, T>(path: &'static str, access: Access, handler: H) -> Route
        where
            H: Handler<T, App>,
            T: 'static,
        {
            Route::new((Method::$method, MethodFilter::$method), path, access, handler)
        }
    )*};
}

methods! {
    /// A route for GET, which HEAD uses too.
    get: GET;
    /// A route for POST.
    post: POST;
    /// A route for PUT.
    put: PUT;
    /// A route for PATCH.
    patch: PATCH;
    /// A route for DELETE.
    delete: DELETE;
}
