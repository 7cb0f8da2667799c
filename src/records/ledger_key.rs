//! The key that signs the ledger's checkpoints, in the data directory: the private half for its owner alone, the public
//! half beside it for whoever checks.

use std::path::Path;

use super::RecordsError;
use crate::{
    ledger::checkpoint::{PublicKey, SigningKey},
    private,
};

/// A PKCS#8 document.
pub const PRIVATE: &str = "ledger-key.pk8";
/// 64 hexadecimal digits and a line's end.
pub const PUBLIC: &str = "ledger-key.pub";

/// Reads the key, or makes one; writes the public half if it is not there or is another's.
pub(super) fn open(dir: &Path) -> Result<SigningKey, RecordsError> {
    let (private, public) = (dir.join(PRIVATE), dir.join(PUBLIC));
    let key = match signing_key_in(dir)? {
        Some(key) => key,
        None => {
            let unusable = |_| RecordsError::LedgerKey(private.clone());
            let document = SigningKey::generate().map_err(unusable)?;
            private::write(&private, &document)?;
            SigningKey::from_pkcs8(&document).map_err(unusable)?
        }
    };
    let text = format!("{}\n", key.public());
    if private::read(&public)?.as_deref() != Some(&text) {
        private::write(&public, text)?;
    }
    Ok(key)
}

/// The key that lies in a data directory; none when no server ran there yet.
///
/// # Errors
/// When the file cannot be read, others may read it too, or it holds no key.
pub fn signing_key_in(dir: &Path) -> Result<Option<SigningKey>, RecordsError> {
    let private = dir.join(PRIVATE);
    let Some(document) = private::read_bytes(&private)? else { return Ok(None) };
    SigningKey::from_pkcs8(&document).map(Some).map_err(|_| RecordsError::LedgerKey(private))
}

/// The public half that lies in a data directory; none when no server ran there yet. It is no secret, and may be read
/// where nothing can be written.
pub fn public_key_in(dir: &Path) -> Option<PublicKey> {
    std::fs::read_to_string(dir.join(PUBLIC)).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn the_key_is_made_once_for_its_owner_alone_and_its_public_half_follows_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(dir.path()).unwrap().public();
        assert_eq!(fs::metadata(dir.path().join(PRIVATE)).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(dir.path().join(PUBLIC), "something else").unwrap();
        assert_eq!(open(dir.path()).unwrap().public(), first);
        let text = fs::read_to_string(dir.path().join(PUBLIC)).unwrap();
        assert_eq!(text.parse::<PublicKey>(), Ok(first));

        fs::write(dir.path().join(PRIVATE), "no key").unwrap();
        let error = open(dir.path()).err().unwrap();
        assert!(error.to_string().contains("ledger-key.pk8"), "{error}");
    }
}
