//! Checkpoints: signed statements of where the chain of a meeting stood. Who has one can tell when what it covers was
//! changed or cut off, even by somebody who could write the whole chain anew. Each names the one before it of its meeting,
//! and has the next number of all that its server signed: none can be taken out from between, and no meeting with its own.

use data_encoding::HEXLOWER;
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::chain::Hash;
use crate::{
    clock::Timestamp,
    ids::{MeetingId, NodeId},
};

const LABEL: &str = "diemcau ledger, checkpoint, 1";
/// Bytes of a public key's hash that name the key.
const KEY_ID_BYTES: usize = 8;

/// Where the chain of a meeting on a node stood, signed with Ed25519.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    pub meeting: MeetingId,
    pub node: NodeId,
    /// 1, 2, 3 … over all checkpoints that the node signs, of whichever meeting.
    pub number: u64,
    /// The last event that the checkpoint before it of this meeting covers; 0 for the first one.
    pub after: u64,
    /// The last event that it covers, and that event's hash.
    pub seq: u64,
    pub hash: Hash,
    /// When it was signed.
    pub at: Timestamp,
    /// Which key signed it: the first bytes of the SHA-256 of the public key, in hexadecimal.
    pub key_id: String,
    /// In hexadecimal.
    pub signature: String,
}

/// A text that is no key, or a key that cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an Ed25519 key")]
pub struct NoKey;

/// The key that signs.
pub struct SigningKey(Ed25519KeyPair);

/// The key that checks signatures: 32 bytes, written as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// What a checkpoint states, before it is signed; see [`Checkpoint`].
#[derive(Clone, Debug)]
pub struct Statement {
    pub meeting: MeetingId,
    pub node: NodeId,
    pub number: u64,
    pub after: u64,
    pub seq: u64,
    pub hash: Hash,
    pub at: Timestamp,
}

/// Signs where a chain stands.
pub fn sign(key: &SigningKey, statement: Statement) -> Checkpoint {
    let Statement { meeting, node, number, after, seq, hash, at } = statement;
    let (key_id, signature) = (key.public().id(), String::new());
    let mut checkpoint = Checkpoint { meeting, node, number, after, seq, hash, at, key_id, signature };
    checkpoint.signature = key.sign(checkpoint.signed().as_bytes());
    checkpoint
}

impl Checkpoint {
    /// Whether this key signed it, as it stands.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.has_signed(self.signed().as_bytes(), &self.signature)
    }

    /// What is signed: one line a field. No field can hold a line's end.
    fn signed(&self) -> String {
        let Checkpoint { meeting, node, number, after, seq, hash, at, key_id, signature: _ } = self;
        format!("{LABEL}\n{meeting}\n{node}\n{number}\n{after}\n{seq}\n{hash}\n{}\n{key_id}\n", at.as_millis())
    }
}

impl SigningKey {
    /// Makes a key as a PKCS#8 document.
    pub fn generate() -> Result<Vec<u8>, NoKey> {
        Ok(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| NoKey)?.as_ref().to_vec())
    }

    pub fn from_pkcs8(document: &[u8]) -> Result<SigningKey, NoKey> {
        Ed25519KeyPair::from_pkcs8(document).map(SigningKey).map_err(|_| NoKey)
    }

    /// The signature of a message, in hexadecimal.
    pub(super) fn sign(&self, message: &[u8]) -> String {
        HEXLOWER.encode(self.0.sign(message).as_ref())
    }

    pub fn public(&self) -> PublicKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(key)
    }
}

impl PublicKey {
    /// Whether a signature, in hexadecimal, is of this message by this key.
    pub(super) fn has_signed(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = HEXLOWER.decode(signature.as_bytes()) else { return false };
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, &signature).is_ok()
    }

    pub fn id(&self) -> String {
        HEXLOWER.encode(&digest(&SHA256, &self.0).as_ref()[..KEY_ID_BYTES])
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl std::str::FromStr for PublicKey {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<PublicKey, NoKey> {
        let bytes = HEXLOWER.decode(text.trim().as_bytes()).map_err(|_| NoKey)?;
        bytes.try_into().map(PublicKey).map_err(|_| NoKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::chain::genesis;

    #[test]
    fn a_signature_holds_for_the_very_checkpoint_and_key_and_nothing_else() {
        let key = SigningKey::from_pkcs8(&SigningKey::generate().unwrap()).unwrap();
        let other = SigningKey::from_pkcs8(&SigningKey::generate().unwrap()).unwrap();
        let (meeting, node) = ("m".parse().unwrap(), "n".parse().unwrap());
        let (hash, at) = (genesis(&meeting, &node), Timestamp::from_millis(1));
        let (stated_meeting, stated_node) = (meeting.clone(), node.clone());
        let statement = Statement { meeting: stated_meeting, node: stated_node, number: 2, after: 5, seq: 7, hash, at };
        let checkpoint = sign(&key, statement);
        let public: PublicKey = key.public().to_string().parse().unwrap();
        assert!(checkpoint.is_signed_by(&public));
        assert!(!checkpoint.is_signed_by(&other.public()));
        for forged in [
            Checkpoint { meeting: "n".parse().unwrap(), ..checkpoint.clone() },
            Checkpoint { node: "m".parse().unwrap(), ..checkpoint.clone() },
            Checkpoint { number: 3, ..checkpoint.clone() },
            Checkpoint { after: 6, ..checkpoint.clone() },
            Checkpoint { seq: 8, ..checkpoint.clone() },
            Checkpoint { hash: genesis(&"n".parse().unwrap(), &node), ..checkpoint.clone() },
            Checkpoint { at: Timestamp::from_millis(2), ..checkpoint.clone() },
            Checkpoint { key_id: other.public().id(), ..checkpoint.clone() },
            Checkpoint { signature: String::new(), ..checkpoint },
        ] {
            assert!(!forged.is_signed_by(&public), "{forged:?}");
        }
    }
}
