//! People whom a provider vouches for, and the accounts they are.

use linewright_store::{Account, Desk, LoginIdentity};

use super::manage::{check_name, no_account};
use super::{Accounts, LoggedIn, usable};
use crate::oidc::{Person, SignInError};
use crate::{Role, ServiceError};

/// The way, as the audit log names it.
const VIA: &str = "oidc";

/// Most characters of a subject, all ASCII (OpenID Connect Core §2).
const SUBJECT: usize = 255;

/// Whether a text has 1 to `most` printable ASCII characters.
fn printable(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
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
        let account = match self.store.identity(&person.issuer, &person.subject).await? {
            Some(known) => self.known_outside(person, &known).await?,
            None => self.new_from_outside(person).await?,
        };
        if !usable(&account, self.now()) {
            return Err(self.turned_away(person, SignInError::Closed).await);
        }
        self.open_session(&account, "login", VIA).await
    }

    async fn known_outside(&self, person: &Person, known: &LoginIdentity) -> Result<Account, ServiceError> {
        let account = self.store.account(&known.account).await?.ok_or_else(|| no_account(&known.account))?;
        if !known.made {
            return Ok(account);
        }
        let Some(role) = person.role else {
            // What was given to those with a role ends with it.
            self.store.end_sessions(&account.name).await?;
            self.known.forget();
            return Err(self.turned_away(person, SignInError::NoRole).await);
        };
        let word = role.row().word;
        if account.role == word {
            return Ok(account);
        }
        let before = account.role.clone();
        self.change(&account.name, |account| account.role = word.to_owned()).await?;
        self.known.forget();
        self.note(&account.name, VIA, "account.role", &account.name, &format!("{before} to {word}")).await?;
        Ok(Account { role: word.to_owned(), ..account })
    }

    async fn new_from_outside(&self, person: &Person) -> Result<Account, ServiceError> {
        let Some(role) = person.role else { return Err(self.turned_away(person, SignInError::NoRole).await) };
        let name = person.name.as_deref().filter(|name| check_name(name).is_ok());
        let Some(name) = name else {
            let error = SignInError::Untrusted("the claim that names accounts holds no name that can be one");
            return Err(self.turned_away(person, error).await);
        };
        let (account, identity) = self.made_of(person, name, role);
        if !self.store.add_with_identity(&account, &identity).await? {
            return Err(self.turned_away(person, SignInError::Unlinked(name.to_owned())).await);
        }
        let why = format!("role {}, for {} of {}", account.role, person.subject, person.issuer);
        self.note(name, VIA, "account.add", name, &why).await?;
        Ok(account)
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

    /// Writes down who was turned away, and why.
    async fn turned_away(&self, person: &Person, why: SignInError) -> ServiceError {
        let who = person.name.as_deref().unwrap_or(&person.subject);
        match self.note(who, VIA, "login.refused", &person.subject, &why.to_string()).await {
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
        let invalid = |field, reason: &str| Err(ServiceError::Invalid { field, reason: reason.to_owned() });
        for (field, text, most) in [("issuer", issuer, 500), ("subject", subject, SUBJECT)] {
            if !printable(text, most) {
                return invalid(field, "give what the provider writes, in printable ASCII characters");
            }
        }
        self.named(name).await?.ok_or_else(|| no_account(name))?;
        let identity = LoginIdentity {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            account: name.to_owned(),
            made: false,
            created_at: self.now(),
        };
        if !self.store.link_identity(&identity).await? {
            return Err(ServiceError::Conflict(format!(
                "{subject:?} of {issuer} is another account; unlink that first"
            )));
        }
        self.end_and_forget(name).await?;
        self.note(who, via, "account.link", name, &format!("{subject} of {issuer}")).await
    }

    /// Takes the link of an account away; its sessions end. Whether there was one.
    pub async fn unlink(&self, name: &str, who: &str, via: &str) -> Result<bool, ServiceError> {
        if !self.store.unlink_identity(name).await? {
            return Ok(false);
        }
        self.end_and_forget(name).await?;
        self.note(who, via, "account.unlink", name, "").await?;
        Ok(true)
    }

    async fn end_and_forget(&self, name: &str) -> Result<(), ServiceError> {
        self.store.end_sessions(name).await?;
        self.known.forget();
        Ok(())
    }

    /// Whom accounts are outside, by account.
    pub async fn identities(&self) -> Result<Vec<LoginIdentity>, ServiceError> {
        Ok(self.store.identities().await?)
    }
}
