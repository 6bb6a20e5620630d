//! Tags of projects (wire-contract 6.4). The older routes differ in the key around the answer.

use crate::http::{
    route::{Access::Caller, Answer, Route, delete, get, patch, post},
    v1::tags,
    wire::{
        envelope::{InTag, InTags, InWorkspaceTag, InWorkspaceTags},
        tag::{NamedTag, Tag},
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        list::<InTags<Vec<Tag>>>("/api/v1/projects/{project}/tags"),
        create::<InTag<Tag>>("/api/v1/projects/{project}/tags"),
        read::<InTag<NamedTag>>("/api/v1/projects/{project}/tags/{tag}"),
        by_slug::<InTag<NamedTag>>("/api/v1/projects/{project}/tags/slug/{slug}"),
        update::<InTag<Tag>>("/api/v1/projects/{project}/tags/{tag}"),
        remove::<InTag<Tag>>("/api/v1/projects/{project}/tags/{tag}"),
        list::<InWorkspaceTags<Vec<Tag>>>("/api/v1/workspace/{project}/tags"),
        create::<InWorkspaceTag<Tag>>("/api/v1/workspace/{project}/tags"),
        read::<InWorkspaceTag<NamedTag>>("/api/v1/workspace/{project}/tags/{tag}"),
        by_slug::<InWorkspaceTag<NamedTag>>("/api/v1/workspace/{project}/tags/slug/{slug}"),
        update::<InWorkspaceTag<Tag>>("/api/v1/workspace/{project}/tags/{tag}"),
        remove::<InWorkspaceTag<Tag>>("/api/v1/workspace/{project}/tags/{tag}"),
    ]
}

fn list<R: Answer + From<Vec<Tag>>>(path: &'static str) -> Route {
    get(path, Caller, tags::list::<R>).summary("Lists the tags of a project").event("get-tags").answer::<R>()
}

fn create<R: Answer + From<Tag>>(path: &'static str) -> Route {
    post(path, Caller, tags::create::<R>)
        .summary("Creates a tag")
        .event("create-tag")
        .body::<tags::CreateRequest>()
        .answer::<R>()
}

fn read<R: Answer + From<NamedTag>>(path: &'static str) -> Route {
    get(path, Caller, tags::get::<R>).summary("Reads a tag").event("get-tag").answer::<R>()
}

fn by_slug<R: Answer + From<NamedTag>>(path: &'static str) -> Route {
    get(path, Caller, tags::get_by_slug::<R>).summary("Reads a tag by slug").event("get-tag").answer::<R>()
}

fn update<R: Answer + From<Tag>>(path: &'static str) -> Route {
    patch(path, Caller, tags::update::<R>)
        .summary("Changes a tag")
        .event("update-tag")
        .body::<tags::UpdateRequest>()
        .answer::<R>()
}

fn remove<R: Answer + From<Tag>>(path: &'static str) -> Route {
    delete(path, Caller, tags::delete::<R>)
        .summary("Deletes a tag and takes it off all secrets")
        .event("delete-tag")
        .answer::<R>()
}
