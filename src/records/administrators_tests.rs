//! The administrators on both databases: codes that set a password once, and sessions that end.

use super::{testing::*, *};

on_both! {
    a_code_sets_a_password_once,
    a_name_is_one_however_it_is_typed,
    the_first_administrator_chooses_a_name_and_nobody_after_somebody_else_came,
    a_new_code_replaces_the_old_one_and_the_old_password_lives_until_it_is_used,
    whoever_is_revoked_has_neither_code_nor_password_nor_session,
    a_session_ends_unused_by_age_and_with_the_password,
    the_browser_not_used_for_longest_makes_room,
}

async fn open(kind: Kind) -> (Bed, Administrators) {
    let bed = Bed::with_a_meeting(kind).await;
    let administrators = bed.records.administration();
    (bed, administrators)
}

fn named(name: &str) -> Option<CodeOwner> {
    Some(CodeOwner::Named(name.to_owned()))
}

async fn a_code_sets_a_password_once(kind: Kind) {
    let (bed, administrators) = open(kind).await;
    let code = administrators.add(" Văn phòng ", at(1)).await.unwrap();
    assert_eq!(bed.records.redeem(&code).await.unwrap(), None);
    assert_eq!(bed.records.code_owner(&code.to_lowercase()).await.unwrap(), named("Văn phòng"));
    assert_eq!(bed.records.account("Văn phòng").await.unwrap().unwrap().password, None);

    let settled = administrators.settle(&code, Some("of no meaning"), "hash", at(2)).await.unwrap();
    assert_eq!(settled.as_deref(), Some("Văn phòng"));
    let account = bed.records.account("Văn phòng").await.unwrap().unwrap();
    assert_eq!((account.password.as_deref(), account.password_at), (Some("hash"), Some(at(2))));

    assert_eq!(bed.records.code_owner(&code).await.unwrap(), None);
    assert_eq!(administrators.settle(&code, None, "other", at(3)).await.unwrap(), None);
    assert_eq!(administrators.settle("no code", None, "other", at(3)).await.unwrap(), None);
    let listed = bed.records.administrators().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].password_at, listed[0].has_code), (Some(at(2)), false));
}

async fn a_name_is_one_however_it_is_typed(kind: Kind) {
    let (bed, administrators) = open(kind).await;
    administrators.add("Văn phòng", at(1)).await.unwrap();
    let decomposed = "va\u{306}n pho\u{300}ng";
    for name in ["Văn phòng", "VĂN PHÒNG", decomposed, "  văn phòng"] {
        let twice = administrators.add(name, at(2)).await;
        assert!(matches!(twice, Err(RecordsError::AdministratorExists(_))), "{name:?}");
        assert_eq!(bed.records.account(name).await.unwrap().unwrap().name, "Văn phòng");
    }
    assert_eq!(bed.records.account("Van phong").await.unwrap(), None);
    assert_eq!(bed.records.account("").await.unwrap(), None);
    for name in ["", " ", "a\nb", &"x".repeat(65)] {
        let refused = administrators.add(name, at(2)).await;
        assert!(matches!(refused, Err(RecordsError::AdministratorName)), "{name:?}");
    }
}

async fn the_first_administrator_chooses_a_name_and_nobody_after_somebody_else_came(kind: Kind) {
    let (bed, administrators) = open(kind).await;
    let first = administrators.add_first(at(1)).await.unwrap();
    assert_eq!(bed.records.code_owner(&first).await.unwrap(), Some(CodeOwner::First));
    assert!(bed.records.administrators().await.unwrap().is_empty());
    let nameless = administrators.settle(&first, None, "hash", at(2)).await;
    assert!(matches!(nameless, Err(RecordsError::AdministratorName)));
    assert_eq!(
        administrators.settle(&first, Some("quantri"), "hash", at(3)).await.unwrap().as_deref(),
        Some("quantri")
    );

    let late = administrators.add_first(at(4)).await.unwrap();
    assert_eq!(bed.records.code_owner(&late).await.unwrap(), None);
    assert_eq!(administrators.settle(&late, Some("other"), "hash", at(5)).await.unwrap(), None);
}

async fn a_new_code_replaces_the_old_one_and_the_old_password_lives_until_it_is_used(kind: Kind) {
    let (bed, administrators) = open(kind).await;
    let code = administrators.add("An", at(1)).await.unwrap();
    administrators.settle(&code, None, "old", at(2)).await.unwrap();
    let first = administrators.reset("An").await.unwrap().unwrap();
    let second = administrators.reset(" An ").await.unwrap().unwrap();
    assert_eq!(bed.records.code_owner(&first).await.unwrap(), None);
    assert_eq!(bed.records.account("An").await.unwrap().unwrap().password.as_deref(), Some("old"));
    administrators.settle(&second, None, "new", at(3)).await.unwrap();
    assert_eq!(bed.records.account("An").await.unwrap().unwrap().password.as_deref(), Some("new"));
    assert_eq!(administrators.reset("Bình").await.unwrap(), None);
}

async fn whoever_is_revoked_has_neither_code_nor_password_nor_session(kind: Kind) {
    let (bed, administrators) = open(kind).await;
    let code = administrators.add("An", at(1)).await.unwrap();
    administrators.settle(&code, None, "hash", at(2)).await.unwrap();
    let code = administrators.reset("An").await.unwrap().unwrap();
    let session = administrators.open_session("An", at(3)).await.unwrap();
    assert!(administrators.revoke("An", at(4)).await.unwrap());
    assert!(!administrators.revoke("An", at(5)).await.unwrap());
    assert_eq!(bed.records.code_owner(&code).await.unwrap(), None);
    assert_eq!(bed.records.account("An").await.unwrap(), None);
    assert_eq!(administrators.renew_session(&session, at(6)).await.unwrap(), None);

    administrators.add("An", at(7)).await.unwrap();
    let revoked: Vec<_> = bed.records.administrators().await.unwrap().iter().map(|one| one.revoked_at).collect();
    assert_eq!(revoked, [Some(at(4)), None]);
}

async fn a_session_ends_unused_by_age_and_with_the_password(kind: Kind) {
    let (_bed, administrators) = open(kind).await;
    let code = administrators.add("An", at(1)).await.unwrap();
    administrators.settle(&code, None, "hash", at(1)).await.unwrap();
    let an = Some("An".to_owned());

    let session = administrators.open_session("An", at(0)).await.unwrap();
    let mut now = SESSION_IDLE_MS - 1;
    while now < SESSION_AGE_MS {
        assert_eq!(administrators.renew_session(&session, at(now)).await.unwrap(), an);
        now += SESSION_IDLE_MS - 1;
    }
    assert_eq!(administrators.renew_session(&session, at(SESSION_AGE_MS)).await.unwrap(), None);

    let idle = administrators.open_session("An", at(now)).await.unwrap();
    assert_eq!(administrators.renew_session(&idle, at(now + SESSION_IDLE_MS)).await.unwrap(), None);
    let left = administrators.open_session("An", at(now)).await.unwrap();
    administrators.end_session(&left).await.unwrap();
    assert_eq!(administrators.renew_session(&left, at(now)).await.unwrap(), None);
    let changed = administrators.open_session("An", at(now)).await.unwrap();
    assert!(administrators.set_password("An", "new", at(now)).await.unwrap());
    assert_eq!(administrators.renew_session(&changed, at(now)).await.unwrap(), None);
    assert_eq!(administrators.renew_session("junk", at(now)).await.unwrap(), None);
}

async fn the_browser_not_used_for_longest_makes_room(kind: Kind) {
    let (_bed, administrators) = open(kind).await;
    let mut sessions = Vec::new();
    for number in 0..21 {
        sessions.push(administrators.open_session("An", at(number)).await.unwrap());
    }
    assert_eq!(administrators.renew_session(&sessions[0], at(30)).await.unwrap(), None);
    for session in &sessions[1..] {
        assert_eq!(administrators.renew_session(session, at(30)).await.unwrap().as_deref(), Some("An"));
    }
}
