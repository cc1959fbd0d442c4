//! Random secrets, and what the database keeps of them.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use sha2::{Digest, Sha256};

use crate::ServiceError;

/// Random bytes in a secret.
const BYTES: usize = 32;

/// A cookie, token or link: handed out once, kept only as a sum. Never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A new one, from the operating system's random numbers.
    pub fn new() -> Result<Self, ServiceError> {
        random::<BYTES>().map(|bytes| Self(hex(&bytes)))
    }

    /// One as it was sent to us; none when it cannot be one of ours.
    pub fn given(text: &str) -> Option<Self> {
        (text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// The text to hand out.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it. A random secret needs no slow sum.
    pub fn sum(&self) -> String {
        sum(self.0.as_bytes())
    }
}

/// SHA-256 in hexadecimal.
pub fn sum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A short random name, no secret.
pub(crate) fn name() -> Result<String, ServiceError> {
    random::<6>().map(|bytes| hex(&bytes))
}

fn random<const N: usize>() -> Result<[u8; N], ServiceError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| ServiceError::Internal(format!("no random numbers: {error}")))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of a password: Argon2id with the parameters that the crate recommends, and a random salt.
pub(crate) fn hash_password(password: &str) -> Result<String, ServiceError> {
    let salt = random::<16>()?;
    let hashed: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hashed.map(|hash| hash.to_string()).map_err(|error| ServiceError::Internal(format!("hashing failed: {error}")))
}

/// A hash of nothing anybody knows, so that unknown names take as long as known ones.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bGluZXdyaWdodG5vYm9keQ$5nVkpQ0rC9bJ7D1qXzvE8m0m1oV0y0m9b3d6s4cW2sE";

/// Whether a password is the one kept. Takes tens of milliseconds, also where no password is kept.
pub(crate) fn password_fits(password: &str, kept: &str) -> bool {
    let (kept, real) = if kept.is_empty() { (NOBODY, false) } else { (kept, true) };
    let Ok(hash) = PasswordHash::new(kept) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && real
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_not_shown() {
        let (one, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "Secret");
        assert_eq!(Secret::given(one.reveal()), Some(one.clone()));
        assert_ne!(one.sum(), one.reveal());
        assert_eq!(Secret::given("short"), None);
        assert_eq!(Secret::given(&"g".repeat(64)), None);
    }

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let kept = hash_password("正确的口令 12").unwrap();
        assert!(kept.starts_with("$argon2id$"), "{kept}");
        assert!(password_fits("正确的口令 12", &kept));
        assert!(!password_fits("正确的口令 13", &kept));
        assert!(!password_fits("", ""));
        assert!(!password_fits("x", "not a hash"));
        assert!(!password_fits("x", ""));
        // An unknown name costs a hash too, with the parameters of the others.
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let kept = PasswordHash::new(&kept).unwrap();
        assert_eq!((nobody.algorithm, &nobody.params), (kept.algorithm, &kept.params));
    }
}
