//! Passwords: what is taken for one, and how it is kept and checked: argon2id with its recommended memory and time.

use std::sync::OnceLock;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::{sync::Semaphore, task::spawn_blocking};
use unicode_normalization::UnicodeNormalization;

use super::problem::Problem;

/// The only rule: length is what makes a password hard to guess.
pub const MIN_PASSWORD_CHARS: usize = 10;
const MAX_PASSWORD_BYTES: usize = 512;
/// Each check takes 19 MiB and some tens of milliseconds of a processor: so many run at a time, and the others wait.
const AT_ONCE: usize = 2;

/// A password that is long enough, composed alike however it was typed.
pub struct Password(String);

impl Password {
    /// A new password.
    ///
    /// # Errors
    /// [`Problem::ShortPassword`], and [`Problem::TooLarge`] for what nobody types.
    pub fn new(text: &str) -> Result<Password, Problem> {
        let password = Password::typed(text)?;
        if password.0.chars().count() < MIN_PASSWORD_CHARS {
            return Err(Problem::ShortPassword);
        }
        Ok(password)
    }

    /// A password to be checked.
    pub fn typed(text: &str) -> Result<Password, Problem> {
        if text.len() > MAX_PASSWORD_BYTES {
            return Err(Problem::TooLarge);
        }
        // Keyboards for Vietnamese compose the same letter in two ways.
        Ok(Password(text.nfc().collect()))
    }
}

/// Hashes passwords, a few at a time.
pub struct Passwords {
    room: Semaphore,
    /// What a password is checked against when there is no such administrator, so that the answer takes as long.
    nobodys: OnceLock<String>,
}

impl Passwords {
    pub fn new() -> Passwords {
        Passwords { room: Semaphore::new(AT_ONCE), nobodys: OnceLock::new() }
    }

    /// What is kept of a password.
    pub async fn hash(&self, password: Password) -> Result<String, Problem> {
        let _room = self.room.acquire().await.map_err(|_| Problem::Unavailable)?;
        off_thread(move || make(&password)).await?
    }

    /// Whether this is the password that `kept` was made of.
    pub async fn is_right(&self, password: Password, kept: Option<String>) -> Result<bool, Problem> {
        let _room = self.room.acquire().await.map_err(|_| Problem::Unavailable)?;
        let Some(kept) = kept else {
            let nobodys = match self.nobodys.get() {
                Some(nobodys) => nobodys.clone(),
                None => {
                    let made = off_thread(|| make(&Password("nobody's password".to_owned()))).await??;
                    self.nobodys.get_or_init(|| made).clone()
                }
            };
            off_thread(move || matches(&password, &nobodys)).await?;
            return Ok(false);
        };
        off_thread(move || matches(&password, &kept)).await
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "hashing a password");
        Problem::Unavailable
    })
}

fn make(password: &Password) -> Result<String, Problem> {
    let hash = Argon2::default().hash_password(password.0.as_bytes()).map_err(|error| {
        tracing::error!(%error, "hashing a password");
        Problem::Unavailable
    })?;
    Ok(hash.to_string())
}

fn matches(password: &Password, kept: &str) -> bool {
    let Ok(kept) = PasswordHash::new(kept) else {
        tracing::error!("a password that is kept cannot be read");
        return false;
    };
    Argon2::default().verify_password(password.0.as_bytes(), &kept).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_never_kept() {
        let passwords = Passwords::new();
        let kept = passwords.hash(Password::new("mười hai con cá").unwrap()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        let is_right = async |text: &str, kept: Option<&str>| {
            passwords.is_right(Password::typed(text).unwrap(), kept.map(str::to_owned)).await.unwrap()
        };
        assert!(is_right("mười hai con cá", Some(&kept)).await);
        let decomposed: String = "mười hai con cá".nfd().collect();
        assert!(is_right(&decomposed, Some(&kept)).await);
        assert!(!is_right("mười hai con ca", Some(&kept)).await);
        assert!(!is_right("mười hai con cá", None).await);
        assert!(!is_right("mười hai con cá", Some("junk")).await);
    }

    #[test]
    fn a_password_is_long_enough_or_none() {
        assert!(Password::new("đđđđđđđđđđ").is_ok());
        assert!(matches!(Password::new("123456789"), Err(Problem::ShortPassword)));
        assert!(matches!(Password::new(&"x".repeat(513)), Err(Problem::TooLarge)));
    }
}
