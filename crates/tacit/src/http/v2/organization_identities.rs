//! `/api/v2/organizations/{organization}/identity-memberships`: the older list of identities.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    app::{
        App, Caller,
        identity_search::{self, Filter, Search, TextFilter},
    },
    http::{
        extract::{Path, Query},
        problem::Problem,
        v1::identity_search::{OrderBy, OrderDirection},
        wire::{identity::OrganizationMembership, text::Trimmed},
    },
};

/// The longest part that can be asked for.
const LIMIT_MAX: i64 = 20_000;

/// What to look for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationIdentitiesQuery {
    /// How many to leave out at the beginning.
    #[serde(default)]
    offset: i64,
    /// 1 to 20000; 100 if absent.
    #[serde(default)]
    limit: Option<i64>,
    /// `name` (the default) or `role`.
    #[serde(default)]
    order_by: OrderBy,
    /// `asc` (the default) or `desc`.
    #[serde(default)]
    order_direction: OrderDirection,
    /// What the name must have in it, in any case.
    #[serde(default)]
    search: Trimmed,
}

/// Identities and how many there are in all.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationIdentitiesResponse {
    identity_memberships: Vec<OrganizationMembership>,
    total_count: usize,
}

/// `GET /api/v2/organizations/{organization}/identity-memberships` lists identities.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(organization): Path<String>,
    Query(query): Query<OrganizationIdentitiesQuery>,
) -> Result<Json<OrganizationIdentitiesResponse>, Problem> {
    caller.organization_named(&organization)?;
    let name = TextFilter { contains: query.search.filled(), ..TextFilter::default() };
    let search = Search {
        filter: Filter { name, ..Filter::default() },
        order: query.order_by.into(),
        is_descending: query.order_direction == OrderDirection::Desc,
        offset: query.offset,
        limit: Some(query.limit.unwrap_or(100)),
    };
    let page = identity_search::search(&app, &caller, &search, LIMIT_MAX, "list-identities").await?;
    let (identity_memberships, total_count) = OrganizationMembership::page(page)?;
    Ok(Json(OrganizationIdentitiesResponse { identity_memberships, total_count }))
}
