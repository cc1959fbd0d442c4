//! What the rules find, and how many of each.

use std::collections::BTreeMap;

use linewright_model::{AnyId, Phrase};
use serde::{Serialize, Serializer};

use crate::{RULES, Rule};

/// How bad a finding is (DOMAIN §10).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 错误: the record cannot be true.
    Error,
    /// 警告: the record is doubtful or late.
    Warning,
    /// 提示
    Info,
}

/// One breach of one rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Finding {
    /// Number of the rule in DOMAIN §10.
    pub number: u8,
    /// Stable code of the rule.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The record at fault.
    pub subject: AnyId,
    /// The other records concerned.
    pub others: Vec<AnyId>,
    /// What is wrong, with codes and figures.
    #[serde(flatten, serialize_with = "in_both_languages")]
    pub message: Phrase,
}

fn in_both_languages<S: Serializer>(message: &Phrase, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map([("message", &message.en), ("message_zh", &message.zh)])
}

/// Findings of one rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RuleCount {
    /// Number of the rule in DOMAIN §10.
    pub number: u8,
    /// Stable code of the rule.
    pub code: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// What the rule asks, in English.
    pub title_en: &'static str,
    /// What the rule asks, in Chinese.
    pub title_zh: &'static str,
    /// Number of findings.
    pub findings: usize,
}

/// Findings counted by severity and by rule.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Summary {
    /// All findings.
    pub findings: usize,
    /// Errors among them.
    pub errors: usize,
    /// Warnings among them.
    pub warnings: usize,
    /// Remarks among them.
    pub infos: usize,
    /// The rules that found something, by number.
    pub rules: Vec<RuleCount>,
}

impl Summary {
    /// Counts findings.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let mut by_rule = BTreeMap::new();
        let mut summary = Summary { findings: findings.len(), ..Summary::default() };
        for finding in findings {
            *by_rule.entry(finding.number).or_insert(0) += 1;
            match finding.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Info => summary.infos += 1,
            }
        }
        let counted = |rule: &Rule| {
            let Rule { number, code, severity, title_en, title_zh, .. } = *rule;
            by_rule.get(&number).map(|&findings| RuleCount { number, code, severity, title_en, title_zh, findings })
        };
        summary.rules = RULES.iter().filter_map(counted).collect();
        summary
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings == 0
    }
}

#[cfg(test)]
mod tests {
    use linewright_model::{AnyId, TableKind};

    use super::*;

    fn finding(number: u8, raw: u32) -> Finding {
        let rule = RULES.iter().find(|rule| rule.number == number).unwrap();
        let subject = AnyId { table: TableKind::Cable, raw };
        let message = Phrase::new("cable C1: breach", "光缆段 C1 违规");
        Finding { number, code: rule.code, severity: rule.severity, subject, others: Vec::new(), message }
    }

    #[test]
    fn findings_and_summaries_are_written_with_field_names() {
        let json = serde_json::to_string(&finding(17, 3)).unwrap();
        assert_eq!(
            json,
            r#"{"number":17,"code":"plausible-section-length","severity":"warning","subject":{"table":"cable","id":3},"others":[],"message":"cable C1: breach","message_zh":"光缆段 C1 违规"}"#
        );
        let summary = Summary::of(&[finding(1, 0), finding(17, 1), finding(17, 2)]);
        assert_eq!((summary.findings, summary.errors, summary.warnings, summary.infos), (3, 1, 2, 0));
        let rules: Vec<(u8, usize)> = summary.rules.iter().map(|rule| (rule.number, rule.findings)).collect();
        assert_eq!(rules, [(1, 1), (17, 2)]);
        assert!(serde_json::to_string(&summary).unwrap().contains(r#""title_zh":"每根纤芯每端至多一个连接""#));
        assert!(Summary::of(&[]).is_clean());
    }
}
