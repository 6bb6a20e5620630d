//! What stands before every handler: body limit, credential, kind of actor; and after it: audit of
//! refusals and the ETag. The order is `decisions.md` 1.

use std::pin::Pin;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    handler::Handler,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};

use super::{
    arrival::{Arrival, RequestId},
    etag,
    problem::{self, DecisionId, Denied, Problem},
    route::Access,
};
use crate::app::{Actor, App, Caller, Client, Error, answers::TagSource, authentication, refusal::Refusal};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What the gate knows of the route it guards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    pub(super) access: Access,
    pub(super) takes_service_tokens: bool,
    pub(super) takes_api_keys: bool,
    pub(super) event: &'static str,
    pub(super) body_bytes_max: usize,
}

/// A handler behind its gate. It is a handler itself and no layer, because each layer that axum puts
/// around a handler costs it several allocations a request.
#[derive(Clone)]
pub(super) struct Gated<H> {
    pub(super) gate: Gate,
    pub(super) handler: H,
}

impl<H: Handler<T, App>, T: 'static> Handler<T, App> for Gated<H> {
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, app: App) -> Self::Future {
        Box::pin(self.pass(request, app))
    }
}

impl<H> Gated<H> {
    /// Lets a request through to its handler, or not.
    async fn pass<T>(self, request: Request, app: App) -> Response
    where
        H: Handler<T, App>,
    {
        let gate = self.gate;
        let is_get = request.method() == Method::GET || request.method() == Method::HEAD;
        let wanted = if is_get { request.headers().get(IF_NONE_MATCH).cloned() } else { None };
        let request = match gate.limited(request, is_get).await {
            Ok(request) => request,
            Err(error) => return Problem(error).into_response(),
        };
        match gate.admit(&app, request).await {
            Err(response) => *response,
            Ok((request, caller)) => {
                let response = self.handler.call(request, app.clone()).await;
                let response = gate.audited(&app, response, caller.as_ref());
                if is_get { tagged(&app, response, wanted.as_ref()).await } else { response }
            }
        }
    }
}

impl Gate {
    /// Reads the body up to the limit. A body on GET is ignored (wire-contract 1.2).
    async fn limited(self, request: Request, is_get: bool) -> Result<Request, Error> {
        let limit = self.body_bytes_max;
        let announced =
            request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > limit) {
            return Err(Error::TooLarge { limit });
        }
        let (parts, body) = request.into_parts();
        let body = if is_get {
            Body::empty()
        } else {
            Body::from(to_bytes(body, limit).await.map_err(|_| Error::TooLarge { limit })?)
        };
        Ok(Request::from_parts(parts, body))
    }

    async fn admit(
        self,
        app: &App,
        mut request: Request,
    ) -> Result<(Request, Option<Caller>), Box<Response>> {
        if self.access == Access::Public {
            return Ok((request, None));
        }
        let refused = |error| Box::new(Problem(error).into_response());
        let (credential, client) = credential(&request).map_err(refused)?;
        let caller = match credential {
            Credential::Bearer(token) => authentication::authenticate(app, token, client).await,
            Credential::ApiKey(key) => authentication::authenticate_key(app, key, client).await,
        };
        let caller = caller.map_err(refused)?;
        self.check_kind(app, &caller, &request)?;
        request.extensions_mut().insert(caller.clone());
        Ok((request, Some(caller)))
    }

    /// Which kinds of actors the route takes (`decisions.md` 5, 6).
    fn check_kind(self, app: &App, caller: &Caller, request: &Request) -> Result<(), Box<Response>> {
        if !self.takes(&caller.actor) {
            return Err(Box::new(self.wrong_kind(app, caller, request)));
        }
        if self.access != Access::UserWithoutOrganization {
            caller.organization().map_err(|error| Box::new(Problem(error).into_response()))?;
        }
        Ok(())
    }

    fn takes(self, actor: &Actor) -> bool {
        match (self.access, actor) {
            (_, Actor::ServiceToken { .. }) => self.takes_service_tokens,
            (_, Actor::User { session_id: None, .. }) => self.takes_api_keys,
            (Access::ServiceToken, _) => false,
            (Access::Public | Access::Caller, _) => true,
            (Access::User | Access::UserWithoutOrganization, _) => matches!(actor, Actor::User { .. }),
            (Access::Identity, _) => matches!(actor, Actor::Identity { .. }),
            (Access::InstanceAdmin, _) => actor.is_instance_admin(),
        }
    }

    fn wrong_kind(self, app: &App, caller: &Caller, request: &Request) -> Response {
        const MESSAGE: &str = "This route is not for this kind of caller";
        match Refusal::because(MESSAGE).record(app, caller, self.event) {
            Err(error) => Problem(error).into_response(),
            Ok(decision) => {
                let error = format!("Forbidden access to {}", request.uri().path());
                problem::refused(&error, MESSAGE, &decision, &RequestId::of(request.extensions()))
            }
        }
    }

    /// Records the refusal of a known caller; the answer waits for the record and names it.
    fn audited(self, app: &App, mut response: Response, caller: Option<&Caller>) -> Response {
        let (Some(caller), Some(Denied(refusal))) = (caller, response.extensions().get::<Denied>()) else {
            return response;
        };
        match refusal.record(app, caller, self.event) {
            Ok(decision) => {
                response.extensions_mut().insert(DecisionId(decision));
                response
            }
            Err(error) => Problem(error).into_response(),
        }
    }
}

/// Adds the ETag of a JSON answer, and answers 304 if the client has it (`decisions.md` 23).
async fn tagged(app: &App, response: Response, wanted: Option<&HeaderValue>) -> Response {
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if response.status() != StatusCode::OK || !is_json {
        return response;
    }
    if response.headers().contains_key(ETAG) {
        return unless_known(response, wanted);
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Problem(Error::Internal("an answer could not be read back".to_owned())).into_response();
    };
    let source = parts.extensions.remove::<TagSource>();
    let tag = etag::header(etag::settle(app, source, &bytes));
    parts.headers.insert(ETAG, tag);
    unless_known(Response::from_parts(parts, Body::from(bytes)), wanted)
}

/// Answers 304 instead if the client has it.
fn unless_known(response: Response, wanted: Option<&HeaderValue>) -> Response {
    let tag = response.headers().get(ETAG);
    if !wanted.zip(tag).is_some_and(|(wanted, tag)| etag::names(wanted, tag)) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    parts.status = StatusCode::NOT_MODIFIED;
    Response::from_parts(parts, Body::empty())
}

/// What a request proves with who sends it.
enum Credential<'a> {
    /// The token of the Authorization header.
    Bearer(&'a str),
    /// The key of the X-API-Key header, which counts where there is no token.
    ApiKey(&'a str),
}

fn credential(request: &Request) -> Result<(Credential<'_>, Client), Error> {
    let headers = request.headers();
    let credential = match bearer(headers) {
        Ok(token) => Credential::Bearer(token),
        Err(missing) => match headers.get(API_KEY) {
            Some(key) => Credential::ApiKey(key.to_str().unwrap_or("").trim()),
            None => return Err(missing),
        },
    };
    Ok((credential, Arrival::client(request.extensions())?))
}

/// The token after `Bearer` (any case). Another scheme is no valid token of ours.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    const MISSING: Error = Error::Unauthenticated("Token missing");
    let Some(header) = headers.get(AUTHORIZATION) else { return Err(MISSING) };
    let text = header.to_str().unwrap_or("?").trim();
    if text.is_empty() {
        return Err(MISSING);
    }
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Ok("") }
}
