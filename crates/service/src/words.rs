//! What people read of errors, in Chinese; in English an error says it itself.

use linewright_model::Phrase;

use crate::oidc::SignInError;
use crate::{ServiceError, TokenError};

impl ServiceError {
    /// The same in both languages; what another crate says in English only is the same in both.
    pub fn phrase(&self) -> Phrase {
        match self {
            ServiceError::Survey(error) => error.phrase(),
            ServiceError::Trace(error) => error.phrase(),
            ServiceError::Invalid { reason, .. } => reason.clone(),
            ServiceError::Conflict(said) => said.clone(),
            other => {
                let en = other.to_string();
                let zh = other.zh().unwrap_or_else(|| en.clone());
                Phrase::new(en, zh)
            }
        }
    }

    fn zh(&self) -> Option<String> {
        Some(match self {
            ServiceError::Lost => "数据库暂时无法访问；可以继续查询，暂不能修改".to_owned(),
            ServiceError::Busy { running, waiting } => {
                format!("正在计算 {running} 个方案，另有 {waiting} 个等待；请稍后再试")
            }
            ServiceError::Deadline { seconds } => {
                format!("方案未能在 {seconds} 秒内完成；请减少方案数，或在系统空闲时再试")
            }
            ServiceError::NotLoggedIn => "请先登录".to_owned(),
            ServiceError::Token(error) => error.zh(),
            ServiceError::WrongPassword => "用户名或密码错误，或账号已停用、已到期或暂时锁定".to_owned(),
            ServiceError::SignIn(error) => error.zh(),
            ServiceError::Forbidden(permission) => {
                format!("账号或所用令牌没有 {} 权限", permission.word())
            }
            ServiceError::NoAccount(name) => format!("没有账号“{name}”"),
            ServiceError::Moved { wanted, found } => {
                format!("网络已是版本 {found}，而不是 {wanted}；请查看变更后重试")
            }
            ServiceError::Revised { name, wanted, found } => {
                format!("账号“{name}”已是修订 {found}，而不是 {wanted}；请查看后重试")
            }
            _ => return None,
        })
    }
}

impl TokenError {
    fn zh(&self) -> String {
        match self {
            TokenError::Malformed => "这不是令牌：请发送 `Bearer ` 加创建时显示的 64 位十六进制数".to_owned(),
            TokenError::Unknown => "没有此令牌：已被撤销，或属于其他服务；请向管理员申请新的令牌".to_owned(),
            TokenError::Expired { name, at } => {
                let at = at.format("%Y-%m-%d %H:%M UTC");
                format!("令牌“{name}”已于 {at} 过期；请创建新的令牌，或向管理员申请")
            }
            TokenError::Closed { name } => format!("令牌“{name}”所属账号已停用或到期；请联系管理员"),
        }
    }
}

impl SignInError {
    fn zh(&self) -> String {
        match self {
            SignInError::NotConfigured => "本服务未配置统一认证".to_owned(),
            SignInError::Unreachable => "统一认证服务没有正常响应；请重试，或使用密码登录".to_owned(),
            SignInError::Stale => "本次登录已使用过、超过十分钟，或是在其他浏览器中开始的；请重新登录".to_owned(),
            SignInError::Refused(word) => format!("统一认证服务拒绝登录：{word}"),
            SignInError::Untrusted(_) => "统一认证服务返回的信息不可信，未登录".to_owned(),
            SignInError::NoRole => "统一认证服务认识您，但没有为您分配本系统的角色；请向管理员申请".to_owned(),
            SignInError::Unlinked(name) => {
                format!("本系统已有账号“{name}”，但未关联统一认证；请管理员关联，或使用其密码登录")
            }
            SignInError::Closed => "账号已停用或到期；请联系管理员".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;
    use crate::Permission;

    #[test]
    fn what_people_meet_is_said_in_chinese_too() {
        let at = Utc.with_ymd_and_hms(2026, 3, 1, 8, 0, 0).unwrap();
        let errors = [
            ServiceError::Lost,
            ServiceError::Busy { running: 2, waiting: 3 },
            ServiceError::Deadline { seconds: 10 },
            ServiceError::NotLoggedIn,
            ServiceError::WrongPassword,
            ServiceError::Forbidden(Permission::Export),
            ServiceError::NoAccount("li".to_owned()),
            ServiceError::Token(TokenError::Malformed),
            ServiceError::Token(TokenError::Unknown),
            ServiceError::Token(TokenError::Expired { name: "CRM".to_owned(), at }),
            ServiceError::Token(TokenError::Closed { name: "CRM".to_owned() }),
            ServiceError::SignIn(SignInError::NoRole),
            ServiceError::Survey(linewright_plan::SurveyError::SameEnds),
        ];
        for error in errors {
            let said = error.phrase();
            assert_eq!(said.en, error.to_string());
            assert!(said.en.is_ascii() && !said.zh.is_ascii(), "{said:?}");
        }
    }
}
