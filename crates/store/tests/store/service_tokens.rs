//! Service tokens.

use tacit_core::id::{OrganizationId, ProjectId, ServiceTokenId, UserId};
use tacit_store::{
    Connection, projects,
    service_tokens::{self, ServiceTokenRow},
    users,
};

use crate::{
    engines::each_engine,
    fixtures::{START, after, organization, project, user},
};

fn row(project: &ProjectId, maker: &UserId, id: &str, seconds: i64) -> ServiceTokenRow {
    ServiceTokenRow {
        id: ServiceTokenId::new(id),
        project_id: project.clone(),
        created_by: maker.clone(),
        name: "deploy".to_owned(),
        scopes: "[]".to_owned(),
        permissions: "[\"read\"]".to_owned(),
        encrypted_key: Some("key".to_owned()),
        iv: None,
        tag: Some(String::new()),
        expires_at: Some(after(60)),
        last_used_at: None,
        created_at: after(seconds),
        updated_at: after(seconds),
    }
}

async fn place(db: &mut Connection) -> (OrganizationId, ProjectId, UserId) {
    let organization = organization(db, "acme").await;
    let maker = user(db, &organization, "ada").await;
    (organization.clone(), project(db, &organization, "shop").await, maker)
}

#[tokio::test]
async fn a_token_is_found_where_it_belongs_listed_by_age_and_deleted() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (organization, project, maker) = place(&mut db).await;
        let (younger, older) = (row(&project, &maker, "a", 2), row(&project, &maker, "b", 1));
        service_tokens::insert(&mut db, &younger, b"hash a\0\xff").await.unwrap();
        service_tokens::insert(&mut db, &older, b"hash b").await.unwrap();

        let known = service_tokens::find_hash(&mut db, &younger.id).await.unwrap().unwrap();
        assert_eq!(
            (known.secret_hash.as_slice(), &known.organization_id),
            (&b"hash a\0\xff"[..], &organization)
        );
        assert_eq!(
            (known.name, known.scopes, known.expires_at),
            ("deploy".into(), "[]".into(), Some(after(60)))
        );
        assert_eq!(
            service_tokens::find(&mut db, &project, &younger.id).await.unwrap(),
            Some(younger.clone())
        );
        let elsewhere = ProjectId::new("elsewhere");
        assert_eq!(service_tokens::find(&mut db, &elsewhere, &younger.id).await.unwrap(), None);
        let found = service_tokens::find_in_organization(&mut db, &organization, &older.id).await.unwrap();
        assert_eq!(found, Some(older.clone()));
        let other = OrganizationId::new("other");
        assert_eq!(service_tokens::find_in_organization(&mut db, &other, &older.id).await.unwrap(), None);
        assert_eq!(service_tokens::list(&mut db, &project).await.unwrap(), [older.clone(), younger.clone()]);
        assert_eq!(service_tokens::count(&mut db, &project).await.unwrap(), 2);

        service_tokens::delete(&mut db, &younger.id).await.unwrap();
        assert!(service_tokens::find_hash(&mut db, &younger.id).await.unwrap().is_none());
        assert_eq!(service_tokens::list(&mut db, &project).await.unwrap(), [older]);
    })
    .await;
}

#[tokio::test]
async fn the_last_use_never_goes_back() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (_, project, maker) = place(&mut db).await;
        let token = row(&project, &maker, "a", 0);
        service_tokens::insert(&mut db, &token, b"hash").await.unwrap();
        for (time, expected) in [(after(5), after(5)), (after(9), after(9)), (after(7), after(9))] {
            service_tokens::set_last_used(&mut db, &token.id, time).await.unwrap();
            let found = service_tokens::find(&mut db, &project, &token.id).await.unwrap().unwrap();
            assert_eq!((found.last_used_at, found.updated_at), (Some(expected), START));
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_goes_with_its_project_and_with_who_made_it() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (organization, shop, maker) = place(&mut db).await;
        let other = project(&mut db, &organization, "other").await;
        service_tokens::insert(&mut db, &row(&shop, &maker, "a", 0), b"hash").await.unwrap();
        service_tokens::insert(&mut db, &row(&other, &maker, "b", 0), b"hash").await.unwrap();

        projects::delete(&mut db, &shop).await.unwrap();
        assert!(service_tokens::find_hash(&mut db, &ServiceTokenId::new("a")).await.unwrap().is_none());
        users::delete(&mut db, &maker).await.unwrap();
        assert!(service_tokens::find_hash(&mut db, &ServiceTokenId::new("b")).await.unwrap().is_none());
    })
    .await;
}
