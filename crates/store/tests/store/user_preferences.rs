//! How people like the dashboard.

use tacit_core::{id::UserId, time::Timestamp};
use tacit_store::{user_preferences, users, users::UserRow};

use crate::engines::each_engine;

const NOW: Timestamp = Timestamp::from_millis(1_769_860_800_000);

#[tokio::test]
async fn the_last_preferences_of_a_user_are_kept() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let user = UserRow {
            email_verified_at: None,
            id: UserId::new("ada"),
            email: "ada@example.test".to_owned(),
            first_name: None,
            last_name: None,
            password_hash: String::new(),
            is_instance_admin: false,
            created_at: NOW,
            updated_at: NOW,
        };
        users::insert(&mut db, &user).await.unwrap();

        let before = user_preferences::find(&mut db, &user.id).await.unwrap();
        for preferences in ["{}", "{\"theme\":\"dark\"}"] {
            user_preferences::put(&mut db, &user.id, preferences, NOW).await.unwrap();
        }

        let after = user_preferences::find(&mut db, &user.id).await.unwrap().unwrap();
        assert!(before.is_none());
        assert_eq!(after.preferences, "{\"theme\":\"dark\"}");
    })
    .await;
}
