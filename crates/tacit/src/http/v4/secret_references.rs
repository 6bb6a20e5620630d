//! `/api/v4/secrets/{name}/secret-reference-tree`: what goes into a value.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::reference::Node;

use crate::{
    app::{App, Caller, secrets},
    http::{
        extract::Query,
        problem::Problem,
        wire::{named::Named, place::SecretPlace},
    },
};

/// Where the secret is.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct TreeQuery {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: SecretPlace,
}

/// What goes into a value.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TreeResponse<'a> {
    /// The secret and, below it, those it refers to.
    tree: TreeNode<'a>,
    /// Its value, expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

/// A secret and those it refers to.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TreeNode<'a> {
    /// Its name.
    key: &'a str,
    /// Its value, expanded; absent of a secret that is not there, or that refers back to the one above.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    /// The slug of its environment.
    environment: &'a str,
    /// The path of its folder.
    secret_path: &'a str,
    /// The secrets its value refers to, in their order.
    children: Vec<TreeNode<'a>>,
}

impl<'a> From<&'a Node> for TreeNode<'a> {
    fn from(node: &'a Node) -> Self {
        Self {
            key: &node.address.name,
            value: node.value.as_ref().map(|value| value.as_str()),
            environment: &node.address.environment,
            secret_path: node.address.path.as_str(),
            children: node.children.iter().map(TreeNode::from).collect(),
        }
    }
}

/// `GET /api/v4/secrets/{name}/secret-reference-tree` shows what goes into a value.
pub(crate) async fn tree(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named,
    Query(query): Query<TreeQuery>,
) -> Result<Response, Problem> {
    let node = secrets::reference_tree(&app, &caller, &query.place.location()?, &name).await?;
    let tree = TreeNode::from(&node);
    Ok(Json(TreeResponse { value: tree.value, tree }).into_response())
}
