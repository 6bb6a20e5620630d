//! What stands before every handler: body limit, credential, kind of actor; and after it: audit of
//! refusals and the ETag. The order is `decisions.md` 1.

use std::pin::Pin;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    handler::Handler,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, EXPECT, IF_NONE_MATCH,
        },
    },
    response::{IntoResponse, Response},
};

use super::{
    arrival::{Arrival, RequestId},
    etag,
    limits::{Limits, Room, Unread},
    problem::{self, DecisionId, Denied, Problem},
    rate_limit::Outcome,
    route::{Access, Class},
};
use crate::app::{Actor, App, Caller, Client, Error, answers::TagSource, authentication, refusal::Refusal};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What the gate knows of the route it guards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    pub(super) access: Access,
    pub(super) takes_service_tokens: bool,
    pub(super) takes_api_keys: bool,
    pub(super) class: Class,
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
    /// Answers when the events of the answer are where the operator wants them.
    async fn pass<T>(self, request: Request, app: App) -> Response
    where
        H: Handler<T, App>,
    {
        let response = self.answer(request, &app).await;
        if app.settings.strict_audit { stored(&app, response).await } else { response }
    }

    /// Lets a request through to its handler, or not.
    async fn answer<T>(self, mut request: Request, app: &App) -> Response
    where
        H: Handler<T, App>,
    {
        let gate = self.gate;
        let is_get = request.method() == Method::GET || request.method() == Method::HEAD;
        let wanted = if is_get { request.headers().get(IF_NONE_MATCH).cloned() } else { None };
        let limits = match Arrival::limits(request.extensions()) {
            Ok(limits) => limits,
            Err(error) => return Problem(error).into_response(),
        };
        if let Err(response) = gate.acceptable(&request) {
            return *response;
        }
        let Admitted { caller, outcome } = match gate.admit(app, &limits, &mut request).await {
            Ok(admitted) => admitted,
            Err(response) if is_get => return *response,
            Err(response) => return gate.skipped(&limits, request, *response).await,
        };
        // The room stays taken until the answer is made.
        let (request, _room) = match gate.read(&limits, request, caller.is_some()).await {
            Ok(read) => read,
            Err(response) => return *response,
        };
        let response = self.handler.call(request, app.clone()).await;
        let response = outcome.told(gate.audited(app, response, caller.as_ref()));
        if is_get { tagged(app, response, wanted.as_ref()).await } else { response }
    }
}

/// Who may reach the handler.
struct Admitted {
    caller: Option<Caller>,
    outcome: Outcome,
}

impl Gate {
    /// Whether the head says that the body is too large, or in a form that is not taken.
    fn acceptable(self, request: &Request) -> Result<(), Box<Response>> {
        let (limit, id) = (self.body_bytes_max, RequestId::of(request.extensions()));
        let announced =
            request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > limit) {
            return Err(Box::new(unread(Unread::TooLarge, limit, &id)));
        }
        if is_encoded(request.headers()) { Err(Box::new(encoded(&id))) } else { Ok(()) }
    }

    /// Reads the body up to the limit. A body on GET is ignored (wire-contract 1.2).
    async fn read(
        self,
        limits: &Limits,
        request: Request,
        is_known: bool,
    ) -> Result<(Request, Option<Room>), Box<Response>> {
        let (limit, id) = (self.body_bytes_max, RequestId::of(request.extensions()));
        let (parts, body) = request.into_parts();
        if parts.method == Method::GET || parts.method == Method::HEAD {
            return Ok((Request::from_parts(parts, Body::empty()), None));
        }
        match limits.bodies(is_known).read(body, limit).await {
            Ok((bytes, room)) => Ok((Request::from_parts(parts, Body::from(bytes)), Some(room))),
            Err(cause) => Err(Box::new(unread(cause, limit, &id))),
        }
    }

    /// Takes in the body of a refused request without keeping it: a client that is still sending would otherwise
    /// find its connection closed instead of the answer. One that waits to be asked for it is not asked.
    async fn skipped(self, limits: &Limits, request: Request, refusal: Response) -> Response {
        if request.headers().contains_key(EXPECT) {
            return refusal;
        }
        let (limit, id) = (self.body_bytes_max, RequestId::of(request.extensions()));
        match limits.bodies(false).skip(request.into_body(), limit).await {
            Err(Unread::TooLarge) => unread(Unread::TooLarge, limit, &id),
            _ => refusal,
        }
    }

    async fn admit(
        self,
        app: &App,
        limits: &Limits,
        request: &mut Request,
    ) -> Result<Admitted, Box<Response>> {
        let id = RequestId::of(request.extensions());
        let refused = |error| Box::new(Problem(error).into_response());
        if self.access == Access::Public {
            let client = Arrival::client(request.extensions()).map_err(refused)?;
            let outcome = allowed(limits.rates.address(self.class, client.ip, app.uptime()), &id)?;
            return Ok(Admitted { caller: None, outcome });
        }
        let (credential, client) = credential(request).map_err(refused)?;
        let ip = client.ip;
        let caller = match credential {
            Credential::Bearer(token) => authentication::authenticate(app, token, client).await,
            Credential::ApiKey(key) => authentication::authenticate_key(app, key, client).await,
        };
        let caller = match caller {
            Ok(caller) => caller,
            // A guess counts like a login.
            Err(error) => {
                let outcome = allowed(limits.rates.address(Class::Login, ip, app.uptime()), &id)?;
                return Err(Box::new(outcome.told(Problem(error).into_response())));
            }
        };
        let outcome = allowed(limits.rates.caller(self.class, caller.actor.id(), app.uptime()), &id)?;
        self.check_kind(app, &caller, request)?;
        request.extensions_mut().insert(caller.clone());
        Ok(Admitted { caller: Some(caller), outcome })
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

/// The answer, when the database has its events; else that it could not take them.
async fn stored(app: &App, response: Response) -> Response {
    match app.audit.stored().await {
        Ok(()) => response,
        Err(error) => Problem(error).into_response(),
    }
}

/// The outcome if the request may pass, else the answer to it.
fn allowed(outcome: Outcome, id: &RequestId) -> Result<Outcome, Box<Response>> {
    if outcome.is_allowed() { Ok(outcome) } else { Err(Box::new(outcome.refusal(id))) }
}

/// Whether the body is compressed or otherwise not what it says. Nobody's is unpacked here.
fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn encoded(id: &RequestId) -> Response {
    let message = "Bodies are taken as they are, without Content-Encoding";
    problem::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message, id)
}

fn unread(cause: Unread, limit: usize, id: &RequestId) -> Response {
    match cause {
        Unread::TooLarge => Problem(Error::TooLarge { limit }).into_response(),
        Unread::NoRoom => Problem(Error::Busy).into_response(),
        Unread::Broken => Problem(Error::Invalid("The body cannot be read".to_owned())).into_response(),
        Unread::TooSlow => {
            let message = "The body took too long to arrive";
            problem::plain(StatusCode::REQUEST_TIMEOUT, "RequestTimeout", message, id)
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
