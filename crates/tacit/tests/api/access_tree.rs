//! What somebody may do everywhere, what everybody may do somewhere, and what a draft of a role changes.

use serde_json::{Value, json};

use crate::{
    groups::make_group,
    harness::{TestServer, each_engine},
    harness_projects::{Actor, id, organization},
    roles::{make_role, make_secret},
};

struct Shop<'a> {
    ada: Actor<'a>,
    bob: Actor<'a>,
    bot: Actor<'a>,
    project: String,
}

impl Shop<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/api/ui/v1/projects/{}/{rest}", self.project)
    }

    async fn tree(&self, by: &Actor<'_>, query: &str) -> Value {
        by.read(&self.path(&format!("access-tree{query}"))).await
    }

    async fn preview(&self, body: Value) -> Value {
        self.ada.ok("POST", &self.path("role-preview"), Some(body)).await
    }
}

/// Reads all of dev, and in prod what is named `PUBLIC…`; values of what is tagged `billing` are denied.
fn rules() -> Value {
    json!([
        { "subject": "secrets", "action": "read", "conditions": { "environment": "dev" } },
        { "subject": "secrets", "action": "read",
          "conditions": { "environment": "prod", "secretName": { "$glob": "PUBLIC*" } } },
        { "subject": "secrets", "action": "readValue", "inverted": true,
          "conditions": { "secretTags": { "$in": ["billing"] } } },
        { "subject": "tags", "action": "read" },
    ])
}

async fn shop(server: &TestServer) -> Shop<'_> {
    let acme = organization(server, "acme").await;
    let ada = acme.user("ada@example.test", "admin").await;
    let bob = acme.user("bob@example.test", "no-access").await;
    let bot = acme.machine("bot", "no-access").await;
    let project = ada.project_id("Shop").await;
    for (environment, path, name) in [
        ("dev", "/", "A"),
        ("dev", "/", "B"),
        ("dev", "/payments", "CARD"),
        ("prod", "/", "PUBLIC_KEY"),
        ("prod", "/", "ROOT_KEY"),
    ] {
        if path != "/" {
            let folder = json!({ "projectId": project, "environment": environment, "name": &path[1..] });
            ada.ok("POST", "/api/v2/folders", Some(folder)).await;
        }
        make_secret(&ada, &project, environment, path, name).await;
    }
    let tags = format!("/api/v1/projects/{project}/tags");
    let tag = id(&ada.ok("POST", &tags, Some(json!({ "slug": "billing" }))).await["tag"]);
    let tagged = json!({ "projectId": project, "environment": "dev", "tagIds": [tag] });
    ada.ok("PATCH", "/api/v4/secrets/B", Some(tagged)).await;
    make_role(&ada, &project, "reader", rules()).await;
    Shop { ada, bob, bot, project }
}

fn place<'a>(tree: &'a Value, environment: &str, path: &str) -> &'a Value {
    let places = tree["places"].as_array().unwrap();
    let is_it = |place: &&Value| place["environment"] == environment && place["secretPath"] == path;
    let found = places.iter().find(is_it);
    assert!(found.is_some(), "{environment}:{path} in {tree}");
    found.unwrap()
}

/// How far an action on secrets reaches, and for how many of them.
fn reach(place: &Value, action: &str) -> Value {
    let rights = place["rights"].as_array().unwrap();
    let found = rights.iter().find(|right| right["subject"] == "secrets" && right["action"] == action);
    found.map_or(Value::Null, |right| json!([right["extent"], right["secretCount"]]))
}

#[tokio::test]
async fn the_tree_counts_what_somebody_may_do_in_each_folder() {
    each_engine(async |server| {
        let shop = shop(server).await;
        shop.ada.add_user(&shop.project, &shop.bob, "reader").await;
        let about_bob = format!("?type=user&id={}", shop.bob.id);

        let tree = shop.tree(&shop.ada, &about_bob).await;

        assert_eq!(tree["who"], json!({ "type": "user", "id": shop.bob.id }));
        assert_eq!((&tree["total"], &tree["isComplete"]), (&json!(4), &json!(true)), "{tree}");
        let dev = place(&tree, "dev", "/");
        assert_eq!(dev["secretCount"], 2);
        assert_eq!(reach(dev, "describeSecret"), json!(["all", 2]));
        assert_eq!(reach(dev, "readValue"), json!(["some", 1]));
        assert_eq!(reach(dev, "edit"), Value::Null);
        assert_eq!(reach(place(&tree, "dev", "/payments"), "readValue"), json!(["some", 1]));
        assert_eq!(reach(place(&tree, "prod", "/"), "describeSecret"), json!(["some", 1]));
        let staging = place(&tree, "staging", "/");
        assert_eq!(reach(staging, "readValue"), json!(["some-denied", 0]));
        assert!(tree["general"].as_array().unwrap().iter().any(|right| {
            right["subject"] == "tags" && right["action"] == "read" && right["extent"] == "all"
        }));
        let page = shop.tree(&shop.ada, &format!("{about_bob}&environment=dev&offset=1&limit=1")).await;
        assert_eq!((&page["total"], page["places"].as_array().unwrap().len()), (&json!(2), 1));
        assert_eq!(page["places"][0]["secretPath"], "/payments");
        // Who sees less is told less: bob may not see staging, and of prod one secret.
        let own = shop.tree(&shop.bob, "").await;
        assert_eq!(own["total"], 3, "{own}");
        assert_eq!(place(&own, "prod", "/")["secretCount"], 1);
    })
    .await;
}

#[tokio::test]
async fn the_list_shows_what_each_member_may_do_in_a_folder() {
    each_engine(async |server| {
        let shop = shop(server).await;
        shop.ada.add_user(&shop.project, &shop.bob, "no-access").await;
        shop.ada.add_machine(&shop.project, &shop.bot, "viewer").await;
        let group = make_group(&shop.ada, "Ops", "no-access").await;
        let added = json!({ "role": "reader" });
        let groups = format!("/api/v1/projects/{}/groups/{group}", shop.project);
        shop.ada.ok("POST", &groups, Some(added)).await;
        shop.ada.ok("POST", &format!("/api/v1/groups/{group}/users/{}", shop.bob.name), None).await;
        let list = shop.path("access-list?environment=prod&secretPath=/");

        let found = shop.ada.read(&list).await;

        let members = found["members"].as_array().unwrap();
        let names: Vec<_> = members.iter().map(|member| member["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["ada@example.test", "bob@example.test", "bot", "Ops"]);
        assert_eq!(found["total"], 4);
        assert_eq!(reach(&members[0], "delete"), json!(["all", null]));
        assert_eq!(reach(&members[1], "describeSecret"), json!(["some", null]));
        assert!(members[1]["sources"].as_array().unwrap().iter().any(|one| one["group"]["name"] == "Ops"));
        assert_eq!(reach(&members[2], "readValue"), json!(["all", null]));
        assert_eq!(reach(&members[2], "edit"), Value::Null);
        let page = shop.ada.read(&format!("{list}&offset=2&limit=1")).await;
        assert_eq!((&page["total"], &page["members"][0]["name"]), (&json!(4), &json!("bot")));
    })
    .await;
}

/// Reads all of dev, no more of prod, and denies staging.
fn draft() -> Value {
    let read = json!({ "subject": "secrets", "action": "read", "conditions": { "environment": "dev" } });
    let deny = json!({ "subject": "secrets", "action": "read", "inverted": true,
        "conditions": { "environment": "staging" } });
    json!([read, deny, { "subject": "tags", "action": ["read", "edit"] }])
}

/// What changes of an action at a place.
fn change(place: &Value, action: &str) -> Value {
    let rights = place["rights"].as_array().unwrap();
    rights.iter().find(|right| right["action"] == action).cloned().unwrap_or_default()
}

fn holders(preview: &Value) -> Vec<Value> {
    let all = preview["holders"].as_array().unwrap().iter();
    all.map(|one| json!([one["name"], one["gains"], one["loses"]])).collect()
}

#[tokio::test]
async fn a_draft_shows_what_it_grants_and_takes_away() {
    each_engine(async |server| {
        let shop = shop(server).await;
        shop.ada.add_user(&shop.project, &shop.bob, "reader").await;
        shop.ada.add_machine(&shop.project, &shop.bot, "reader").await;
        let members = format!("/api/v1/projects/{}/memberships/identities/{}", shop.project, shop.bot.id);
        let both = json!({ "roles": [{ "role": "reader" }, { "role": "viewer" }] });
        shop.ada.ok("PATCH", &members, Some(both)).await;

        let same = shop.preview(json!({ "role": "reader", "permissions": rules() })).await;
        let changed = shop.preview(json!({ "role": "reader", "permissions": draft() })).await;

        assert_eq!((&same["changedPlaces"], &same["general"]), (&json!(0), &json!([])), "{same}");
        assert_eq!(holders(&same), [json!(["bob@example.test", false, false]), json!(["bot", false, false])]);
        assert_eq!(
            change(place(&changed, "dev", "/"), "readValue"),
            json!({ "subject": "secrets", "action": "readValue", "before": "some", "after": "all",
                "granted": 1, "taken": 0 })
        );
        assert_eq!(change(place(&changed, "dev", "/"), "describeSecret"), Value::Null);
        let prod = change(place(&changed, "prod", "/"), "describeSecret");
        assert_eq!(
            (&prod["before"], &prod["after"], &prod["taken"]),
            (&json!("some"), &json!("none"), &json!(1))
        );
        let staging = change(place(&changed, "staging", "/"), "describeSecret");
        assert_eq!((&staging["before"], &staging["after"]), (&json!("none"), &json!("denied")));
        assert_eq!(
            changed["general"],
            json!([{ "subject": "tags", "action": "edit", "before": "none", "after": "all",
                "granted": null, "taken": null }])
        );
        // The bot reads prod by its other role, but the denial of staging takes that.
        assert_eq!(holders(&changed), [json!(["bob@example.test", true, true]), json!(["bot", true, true])]);
    })
    .await;
}

#[tokio::test]
async fn a_draft_of_a_new_role_says_what_it_allows_in_each_environment() {
    each_engine(async |server| {
        let shop = shop(server).await;

        let new = shop.preview(json!({ "permissions": draft() })).await;

        assert_eq!((holders(&new), &new["holderCount"]), (Vec::new(), &json!(0)));
        let summary = new["environments"].as_array().unwrap();
        let of = |slug: &str, action: &str| {
            let one = summary.iter().find(|one| one["environment"] == slug).unwrap();
            let found =
                one["secrets"].as_array().unwrap().iter().find(|one| one["action"] == action).unwrap();
            json!([found["least"], found["most"], found["secretCount"]])
        };
        assert_eq!(of("dev", "readValue"), json!(["all", "all", 3]));
        assert_eq!(of("staging", "readValue"), json!(["denied", "denied", 0]));
        assert_eq!(of("prod", "readValue"), json!(["none", "none", 0]));
        let bad = json!({ "permissions": [{ "subject": "secrets", "action": "fly" }] });
        let answer = shop.ada.call("POST", &shop.path("role-preview"), Some(bad)).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.body["message"][0]["path"][0], "permissions", "{}", answer.text);
        let unknown = json!({ "role": "nope", "permissions": [] });
        assert_eq!(shop.ada.status("POST", &shop.path("role-preview"), Some(unknown)).await, 404);
    })
    .await;
}

#[tokio::test]
async fn a_draft_of_an_organization_role_shows_its_holders() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let rule = json!({ "subject": "billing", "action": ["read", "edit"] });
        let body = json!({ "slug": "biller", "name": "Biller", "permissions": [rule] });
        ada.ok("POST", "/api/v1/organization/roles", Some(body)).await;
        make_group(&ada, "Money", "biller").await;
        let path = "/api/ui/v1/organization/role-preview";
        let draft = json!({ "role": "biller", "permissions": [{ "subject": "billing", "action": ["read", "delete"] }] });

        let preview = ada.ok("POST", path, Some(draft.clone())).await;

        assert_eq!(preview["holders"][0]["name"], "Money");
        assert_eq!(preview["holderCount"], 1);
        let general = preview["general"].as_array().unwrap();
        let change = |index: usize| {
            let one = &general[index];
            (one["action"].as_str().unwrap(), one["before"].as_str().unwrap(), one["after"].as_str().unwrap())
        };
        assert_eq!((change(0), change(1)), (("edit", "all", "none"), ("delete", "none", "all")));
        assert_eq!(bob.status("POST", path, Some(draft)).await, 403);
    })
    .await;
}

#[tokio::test]
async fn only_who_may_see_members_and_roles_looks_at_access() {
    each_engine(async |server| {
        let shop = shop(server).await;
        shop.ada.add_user(&shop.project, &shop.bob, "no-access").await;
        let others = [
            ("GET", format!("access-tree?type=user&id={}", shop.ada.id), None),
            ("GET", "access-list?environment=dev".to_owned(), None),
            ("POST", "role-preview".to_owned(), Some(json!({ "permissions": [] }))),
        ];
        for (method, path, body) in others {
            let answer = shop.bob.call(method, &shop.path(&path), body).await;
            assert_eq!(answer.status, 403, "{path} {}", answer.text);
        }
        assert_eq!(shop.tree(&shop.bob, "").await["total"], 0);
        for bad in ["access-tree?type=user", "access-tree?limit=501", "access-tree?offset=-1", "access-list"]
        {
            assert_eq!(shop.ada.status("GET", &shop.path(bad), None).await, 422, "{bad}");
        }
        let missing = shop.path("access-tree?type=user&id=unknown");
        assert_eq!(shop.ada.status("GET", &missing, None).await, 404);
    })
    .await;
}
