//! Signatures that lie beside files: papers that left the server can be told from those that somebody changed.

use std::{fmt, str::FromStr};

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    chain::Hash,
    checkpoint::{PublicKey, SigningKey},
};

/// The name of the format, as a signature has it.
pub const FORMAT: &str = "diemcau-signature-1";
const LABEL: &str = "diemcau file, 1";

/// The signature of one file, as it lies beside it: an object of JSON on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signature {
    format: String,
    /// Of the file.
    sha256: Hash,
    key_id: String,
    /// Ed25519, in hexadecimal.
    signature: String,
}

/// Why a signature is not one of this file by this key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotSigned {
    #[error("this is no signature of the format {FORMAT}")]
    Unreadable,
    #[error("the signature is of another file, or the file was changed since")]
    OtherFile,
    #[error("the signature is by another key, {found}; {expected} was expected")]
    OtherKey { found: String, expected: String },
    #[error("the signature was not made with the key that it names")]
    Forged,
}

/// Signs a file. The same key and file give the same signature.
pub fn sign(key: &SigningKey, file: &[u8]) -> Signature {
    let (sha256, key_id) = (hash(file), key.public().id());
    let signature = key.sign(signed(&sha256, &key_id).as_bytes());
    Signature { format: FORMAT.to_owned(), sha256, key_id, signature }
}

impl Signature {
    /// Whether it is of this file, by this key.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, file: &[u8], key: &PublicKey) -> Result<(), NotSigned> {
        if self.sha256 != hash(file) {
            return Err(NotSigned::OtherFile);
        }
        if self.key_id != key.id() {
            return Err(NotSigned::OtherKey { found: self.key_id.clone(), expected: key.id() });
        }
        let holds = key.has_signed(signed(&self.sha256, &self.key_id).as_bytes(), &self.signature);
        if holds { Ok(()) } else { Err(NotSigned::Forged) }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl FromStr for Signature {
    type Err = NotSigned;

    fn from_str(text: &str) -> Result<Signature, NotSigned> {
        let read: Option<Signature> = serde_json::from_str(text).ok();
        read.filter(|signature| signature.format == FORMAT).ok_or(NotSigned::Unreadable)
    }
}

fn hash(file: &[u8]) -> Hash {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, file).as_ref());
    Hash::from(bytes)
}

/// What is signed: one line a field.
fn signed(sha256: &Hash, key_id: &str) -> String {
    format!("{LABEL}\n{sha256}\n{key_id}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_pkcs8(&SigningKey::generate().unwrap()).unwrap()
    }

    #[test]
    fn a_signature_holds_for_the_very_file_and_key_and_nothing_else() {
        let (key, other) = (key(), key());
        let signature: Signature = sign(&key, b"minutes").to_string().parse().unwrap();
        assert_eq!(signature, sign(&key, b"minutes"));
        assert_eq!(signature.check(b"minutes", &key.public()), Ok(()));
        assert_eq!(signature.check(b"Minutes", &key.public()), Err(NotSigned::OtherFile));
        assert!(matches!(signature.check(b"minutes", &other.public()), Err(NotSigned::OtherKey { .. })));
        // Another's signature under this key's name.
        let forged = Signature { signature: sign(&other, b"minutes").signature, ..signature.clone() };
        assert_eq!(forged.check(b"minutes", &key.public()), Err(NotSigned::Forged));
        let moved = Signature { sha256: hash(b"Minutes"), ..signature.clone() };
        assert_eq!(moved.check(b"Minutes", &key.public()), Err(NotSigned::Forged));
        let cut = Signature { signature: String::new(), ..signature };
        assert_eq!(cut.check(b"minutes", &key.public()), Err(NotSigned::Forged));
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        for text in ["", "{}", "minutes", r#"{"format":"diemcau-signature-2","sha256":"","keyId":"","signature":""}"#] {
            assert_eq!(text.parse::<Signature>(), Err(NotSigned::Unreadable), "{text}");
        }
    }
}
