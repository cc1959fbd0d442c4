//! People whom a provider vouches for, and the accounts they are.

use linewright_model::phrase;
use linewright_store::{Account, Desk, LoginIdentity, Step};

use super::manage::check_name;
use super::{Accounts, Altered, LoggedIn, Outside, usable};
use crate::oidc::{Person, SignInError};
use crate::{Role, ServiceError};

/// The way, as the audit log names it.
const VIA: &str = "oidc";

/// Most characters of a subject, all ASCII (OpenID Connect Core §2).
const SUBJECT: usize = 255;

/// How often somebody is let in anew whose account was changed at that moment.
const TRIES: u32 = 3;

/// Whether a text has 1 to `most` printable ASCII characters.
fn printable(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Refuses what no provider writes.
pub(super) fn check_outside(issuer: &str, subject: &str) -> Result<(), ServiceError> {
    for (field, text, most) in [("issuer", issuer, 500), ("subject", subject, SUBJECT)] {
        if !printable(text, most) {
            let reason = phrase!(
                "give what the provider writes, in printable ASCII characters",
                "请填写统一认证服务给出的内容，仅限可打印的 ASCII 字符"
            );
            return Err(ServiceError::Invalid { field, reason });
        }
    }
    Ok(())
}

impl Accounts {
    /// Logs in whom a provider vouches for.
    ///
    /// An account that an administrator linked keeps its role; one that was made here at a first log-in has the role that
    /// the provider's claims give now. Nobody becomes an account by its name alone.
    pub async fn enter(&self, person: &Person) -> Result<LoggedIn, ServiceError> {
        if !printable(&person.subject, SUBJECT) {
            return Err(SignInError::Untrusted("it names nobody: the subject is not printable ASCII").into());
        }
        let mut tried = 1;
        loop {
            match self.enter_once(person).await {
                // Somebody changed the account at this moment: look again.
                Err(ServiceError::Conflict(_)) if tried < TRIES => tried += 1,
                entered => return entered,
            }
        }
    }

    async fn enter_once(&self, person: &Person) -> Result<LoggedIn, ServiceError> {
        let (account, steps) = match self.store.identity(&person.issuer, &person.subject).await? {
            Some(known) => self.known_outside(person, &known).await?,
            None => self.new_from_outside(person).await?,
        };
        if !usable(&account, self.now()) {
            return Err(self.turned_away(person, SignInError::Closed, Vec::new()).await);
        }
        let changed = !steps.is_empty();
        let logged_in = self.open_session(&account, VIA, steps).await?;
        if changed {
            self.known.forget();
        }
        Ok(logged_in)
    }

    /// The account of somebody known, and what is to be done with it at this log-in.
    async fn known_outside(
        &self,
        person: &Person,
        known: &LoginIdentity,
    ) -> Result<(Account, Vec<Step>), ServiceError> {
        let account = self.store.account(&known.account).await?;
        let account = account.ok_or_else(|| ServiceError::NoAccount(known.account.clone()))?;
        if !known.made {
            return Ok((account, Vec::new()));
        }
        let name = account.name.clone();
        let noted = |to: &str| self.line(&name, VIA, "account.role", &name, &format!("{} to {to}", account.role));
        let Some(role) = person.role else {
            // What was given to those with a role ends with it: sessions, and tokens that act for them.
            let ended = vec![
                Step::EndSessions(name.clone()),
                Step::RevokeTokens(name.clone()),
                noted("none: sessions and tokens end"),
            ];
            let refused = self.turned_away(person, SignInError::NoRole, ended).await;
            self.known.forget();
            return Err(refused);
        };
        let word = role.row().word;
        if account.role == word {
            return Ok((account, Vec::new()));
        }
        let note = noted(word);
        let update = Account { role: word.to_owned(), ..account };
        let updated = Account { revision: update.revision.saturating_add(1), ..update.clone() };
        Ok((updated, vec![Step::UpdateAccount(update), note]))
    }

    /// The account of somebody new. Of several browsers of theirs that come at once the first makes it.
    async fn new_from_outside(&self, person: &Person) -> Result<(Account, Vec<Step>), ServiceError> {
        let Some(role) = person.role else {
            return Err(self.turned_away(person, SignInError::NoRole, Vec::new()).await);
        };
        let name = person.name.as_deref().filter(|name| check_name(name).is_ok());
        let Some(name) = name else {
            let error = SignInError::Untrusted("the claim that names accounts holds no name that can be one");
            return Err(self.turned_away(person, error, Vec::new()).await);
        };
        let (account, identity) = self.made_of(person, name, role);
        let why = format!("role {}, for {} of {}", account.role, person.subject, person.issuer);
        let note = self.line(name, VIA, "account.add", name, &why);
        let steps = [Step::AddAccount(account.clone()), Step::Link(identity), note];
        if self.store.carry_out(&steps).await?.is_ok() {
            return Ok((account, Vec::new()));
        }
        match self.store.identity(&person.issuer, &person.subject).await? {
            Some(known) => self.known_outside(person, &known).await,
            None => {
                let error = SignInError::Unlinked(name.to_owned());
                Err(self.turned_away(person, error, Vec::new()).await)
            }
        }
    }

    /// An account without a password, and whom it is outside.
    fn made_of(&self, person: &Person, name: &str, role: Role) -> (Account, LoginIdentity) {
        let now = self.now();
        let account = Account {
            name: name.to_owned(),
            revision: 1,
            display_name: person.display_name.clone(),
            role: role.row().word.to_owned(),
            region: String::new(),
            password: String::new(),
            disabled: false,
            created_at: now,
            expires_at: None,
            failures: 0,
            locked_until: None,
        };
        let identity = LoginIdentity {
            issuer: person.issuer.clone(),
            subject: person.subject.clone(),
            account: name.to_owned(),
            made: true,
            created_at: now,
        };
        (account, identity)
    }

    /// Writes down who was turned away, and why, with what is done about it. The name they claim is nobody's yet: the line
    /// names whom the provider vouches for, and not who it is here.
    async fn turned_away(&self, person: &Person, why: SignInError, mut steps: Vec<Step>) -> ServiceError {
        steps.push(self.line("", VIA, "login.refused", &person.subject, &why.to_string()));
        match self.must_take(steps).await {
            Ok(()) => ServiceError::SignIn(why),
            Err(error) => error,
        }
    }

    /// Links an account to somebody a provider knows, instead of whom it was linked to before; its sessions end.
    pub async fn link(
        &self,
        name: &str,
        issuer: &str,
        subject: &str,
        who: &str,
        via: &str,
    ) -> Result<(), ServiceError> {
        let outside = Outside::Linked { issuer: issuer.to_owned(), subject: subject.to_owned() };
        self.alter(name, Altered { outside: Some(outside), ..Altered::default() }, None, who, via).await.map(drop)
    }

    /// Takes the link of an account away; its sessions end. Whether there was one.
    pub async fn unlink(&self, name: &str, who: &str, via: &str) -> Result<bool, ServiceError> {
        let to = Altered { outside: Some(Outside::Unlinked), ..Altered::default() };
        self.alter(name, to, None, who, via).await
    }

    /// Whom accounts are outside, by account.
    pub async fn identities(&self) -> Result<Vec<LoginIdentity>, ServiceError> {
        Ok(self.store.identities().await?)
    }
}
