//! Who may do what: one table.

use std::str::FromStr;

/// Something an account may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Permission {
    /// See the network, its findings and changes; trace and weigh impact. Customers are masked.
    Read,
    /// Ask for surveys 勘察.
    Survey,
    /// See who the customers are; each reading is in the audit log.
    Contacts,
    /// Take the network out as files; each export is in the audit log.
    Export,
    /// Change the network: imports, corrections.
    Change,
    /// Read the audit log.
    Audit,
    /// Make, change and disable accounts and tokens.
    Accounts,
}

use Permission::*;

impl Permission {
    /// All permissions.
    pub const ALL: [Permission; 7] = [Read, Survey, Contacts, Export, Change, Audit, Accounts];

    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Read => "read",
            Survey => "survey",
            Contacts => "contacts",
            Export => "export",
            Change => "change",
            Audit => "audit",
            Accounts => "accounts",
        }
    }

    /// The permission of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.word() == word)
    }
}

/// What somebody is here for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// 查看: looks, no more; the only role for visitors
    Viewer,
    /// 客户经理
    AccountManager,
    /// 受理
    Intake,
    /// 勘察
    Surveyor,
    /// 调度: plans and records resources
    Planner,
    /// 施工/维护班组; contractors are crews whose account ends
    Crew,
    /// 值班
    OnCall,
    /// 主管
    Manager,
    /// 管理员
    Administrator,
}

/// A role with its names and what it may do.
#[derive(Clone, Copy, Debug)]
pub struct RoleRow {
    /// The role.
    pub role: Role,
    /// Stable word.
    pub word: &'static str,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// What it may do.
    pub may: &'static [Permission],
}

const fn row(
    role: Role,
    word: &'static str,
    zh: &'static str,
    en: &'static str,
    may: &'static [Permission],
) -> RoleRow {
    RoleRow { role, word, zh, en, may }
}

/// Roles and permissions. There is no other place that says who may do what.
pub const ROLES: [RoleRow; 9] = [
    row(Role::Viewer, "viewer", "查看", "viewer", &[Read]),
    row(Role::AccountManager, "account-manager", "客户经理", "account manager", &[Read, Survey, Contacts]),
    row(Role::Intake, "intake", "受理", "intake", &[Read, Survey, Contacts]),
    row(Role::Surveyor, "surveyor", "勘察", "surveyor", &[Read, Survey, Contacts]),
    row(Role::Planner, "planner", "调度", "planner", &[Read, Survey, Contacts, Export, Change]),
    row(Role::Crew, "crew", "施工班组", "crew", &[Read]),
    row(Role::OnCall, "on-call", "值班", "on-call", &[Read, Survey, Contacts, Change]),
    row(Role::Manager, "manager", "主管", "manager", &[Read, Survey, Contacts, Export, Audit]),
    row(
        Role::Administrator,
        "administrator",
        "管理员",
        "administrator",
        &[Read, Survey, Contacts, Export, Change, Audit, Accounts],
    ),
];

impl Role {
    /// Its row in the table.
    pub fn row(self) -> &'static RoleRow {
        // The test below holds the order of the table to that of the roles.
        ROLES.iter().find(|row| row.role == self).unwrap_or(&ROLES[0])
    }

    /// Whether it may do this.
    pub fn may(self, permission: Permission) -> bool {
        self.row().may.contains(&permission)
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = ROLES.iter().find(|row| row.word == word).map(|row| row.role);
        found.ok_or_else(|| {
            let known: Vec<&str> = ROLES.iter().map(|row| row.word).collect();
            format!("{word:?} is no role; the roles are {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_its_row_and_only_one_manages_accounts() {
        for row in ROLES {
            assert_eq!(row.role.row().word, row.word);
            assert_eq!(row.word.parse::<Role>(), Ok(row.role));
            assert!(row.role.may(Read), "{}", row.word);
        }
        let managers: Vec<&str> = ROLES.iter().filter(|row| row.role.may(Accounts)).map(|row| row.word).collect();
        assert_eq!(managers, ["administrator"]);
        assert!("root".parse::<Role>().unwrap_err().contains("administrator"));
    }
}
