//! The suite has a case for every method of [`Storage`](crate::Storage).

use std::collections::BTreeSet;

/// For each method a case of the suite that calls it and looks at what it answers.
const CASES: [(&str, &str); 14] = [
    ("schema_status", "tables::an_empty_database_asks_to_be_migrated"),
    ("migrate", "concurrent::two_handles_migrate_at_the_same_time"),
    ("head", "tables::an_empty_database_asks_to_be_migrated"),
    ("load", "tables::every_record_with_every_field_comes_back"),
    ("snapshot", "concurrent::two_handles_see_each_other"),
    ("refresh", "concurrent::two_handles_see_each_other"),
    ("newer", "concurrent::a_waiting_handle_hears_of_commits"),
    ("commit", "concurrent::one_of_many_gets_the_slot"),
    ("log", "history::the_log_says_what_happened"),
    ("version_of", "history::the_past_can_be_read"),
    ("as_of", "history::the_past_can_be_read"),
    ("backup", "backups::a_backup_made_meanwhile_is_one_version"),
    ("restore", "backups::what_is_no_network_is_not_restored"),
    ("close", "tables::a_closed_handle_says_so"),
];

#[test]
fn every_method_of_the_trait_has_a_case_in_the_suite() {
    let (_, body) = include_str!("../storage.rs").split_once("pub trait Storage").unwrap();
    let (body, _) = body.split_once("\n}\n").unwrap();
    let methods: BTreeSet<&str> = body.split("    fn ").skip(1).map(|rest| rest.split_once('(').unwrap().0).collect();
    let covered: BTreeSet<&str> = CASES.iter().map(|(method, _)| *method).collect();
    assert_eq!(methods, covered, "give each method a case in the suite, and name it here");
    let suite = include_str!("mod.rs");
    for (method, case) in CASES {
        assert!(suite.contains(&format!("{case},")), "{case} is not in the suite");
        let (module, name) = case.split_once("::").unwrap();
        let source = match module {
            "tables" => include_str!("tables.rs"),
            "concurrent" => include_str!("concurrent.rs"),
            "history" => include_str!("history.rs"),
            "backups" => include_str!("backups.rs"),
            other => panic!("{other} has no source here"),
        };
        let (_, code) = source.split_once(&format!("async fn {name}<")).unwrap();
        let (code, _) = code.split_once("\n}\n").unwrap();
        assert!(code.contains(&format!(".{method}(")), "{case} does not call {method}");
    }
}
