//! Routes of folders, in two generations with the same requests.

use crate::http::{
    route::{Access::Caller, Route, delete, get, patch, post},
    v1,
    v2::folders,
    wire::folder::{FolderResponse, FoldersResponse, FoundFolderResponse},
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let [list_1, create_1] = collection("/api/v1/folders");
    let [list_2, create_2] = collection("/api/v2/folders");
    let [get_1, update_1, delete_1] = item("/api/v1/folders/{folder}");
    let [get_2, update_2, delete_2] = item("/api/v2/folders/{folder}");
    let [many_1, named_1] = batch("/api/v1/folders/batch");
    let [many_2, named_2] = batch("/api/v2/folders/batch");
    let by_path = get("/api/v1/folders/{folder}/{environment}/{*path}", Caller, v1::folders::find_by_path)
        .summary("Finds the folder at a path; the first part is the id of the project")
        .event("get-folder")
        .service_tokens()
        .api_keys()
        .answer::<FoundFolderResponse>();
    vec![
        list_1, create_1, get_1, by_path, update_1, many_1, delete_1, named_1, list_2, create_2, get_2,
        update_2, many_2, delete_2, named_2,
    ]
}

fn collection(path: &'static str) -> [Route; 2] {
    [
        get(path, Caller, folders::list)
            .summary("Lists the folders in a folder")
            .event("get-folders")
            .service_tokens()
            .api_keys()
            .query::<folders::ListQuery>()
            .answer::<FoldersResponse>(),
        post(path, Caller, folders::create)
            .summary("Makes a folder, and missing ones above it")
            .event("create-folder")
            .service_tokens()
            .api_keys()
            .body::<folders::CreateRequest>()
            .answer::<FolderResponse>(),
    ]
}

fn item(path: &'static str) -> [Route; 3] {
    [
        get(path, Caller, folders::get)
            .summary("Finds the folder with an id")
            .event("get-folder")
            .service_tokens()
            .api_keys()
            .answer::<FoundFolderResponse>(),
        patch(path, Caller, folders::update)
            .summary("Renames or describes a folder")
            .event("update-folder")
            .service_tokens()
            .api_keys()
            .body::<folders::UpdateRequest>()
            .answer::<FolderResponse>(),
        remove(path),
    ]
}

/// Changing many, and deleting a folder that is called `batch`.
fn batch(path: &'static str) -> [Route; 2] {
    [
        patch(path, Caller, folders::update_many)
            .summary("Renames or describes folders, all or none")
            .event("update-folders")
            .service_tokens()
            .api_keys()
            .body::<folders::UpdateManyRequest>()
            .answer::<FoldersResponse>(),
        remove(path),
    ]
}

fn remove(path: &'static str) -> Route {
    delete(path, Caller, folders::delete)
        .summary("Deletes a folder, by id or name, with everything in it")
        .event("delete-folder")
        .service_tokens()
        .api_keys()
        .body::<folders::DeleteRequest>()
        .answer::<FolderResponse>()
}
