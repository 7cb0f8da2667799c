//! The chain: every event of a meeting has a hash over all of itself and over the hash of the event before it.
//!
//! The canonical bytes are a label, then the fields in a fixed order: numbers as eight bytes, the highest first; texts
//! and hashes as their length in bytes, written as such a number, and then their bytes. So no two records have the same
//! bytes. The hash is SHA-256.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER_PERMISSIVE;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::{
    clock::Timestamp,
    ids::{MeetingId, NodeId},
};

const GENESIS: &str = "diemcau ledger, genesis, 1";
const LINK: &str = "diemcau ledger, event, 1";

/// A SHA-256 hash; its text is 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct Hash([u8; 32]);

/// A text or bytes that are no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a hash has 32 bytes, written as 64 hexadecimal digits")]
pub struct NoHash;

/// An event as the chain covers it: exactly as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    pub meeting: &'a MeetingId,
    pub node: &'a NodeId,
    pub seq: u64,
    pub at: Timestamp,
    pub actor: &'a str,
    pub kind: &'a str,
    /// The body byte for byte.
    pub body_json: &'a str,
}

/// What the first event of a meeting on a node follows.
pub fn genesis(meeting: &MeetingId, node: &NodeId) -> Hash {
    Canonical::new(GENESIS).text(meeting.as_str()).text(node.as_str()).hash()
}

/// The hash of an event that follows the one with the hash `prev`.
pub fn link(prev: &Hash, record: &Record<'_>) -> Hash {
    Canonical::new(LINK)
        .bytes(&prev.0)
        .text(record.meeting.as_str())
        .text(record.node.as_str())
        .number(record.seq)
        .number(record.at.as_millis().cast_unsigned())
        .text(record.actor)
        .text(record.kind)
        .text(record.body_json)
        .hash()
}

/// Feeds fields to a hash in a form that can be read in one way only.
struct Canonical(Context);

impl Canonical {
    fn new(label: &str) -> Canonical {
        Canonical(Context::new(&SHA256)).text(label)
    }

    fn number(mut self, number: u64) -> Canonical {
        self.0.update(&number.to_be_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Canonical {
        self = self.number(bytes.len() as u64);
        self.0.update(bytes);
        self
    }

    fn text(self, text: &str) -> Canonical {
        self.bytes(text.as_bytes())
    }

    fn hash(self) -> Hash {
        let mut hash = [0; 32];
        hash.copy_from_slice(self.0.finish().as_ref());
        Hash(hash)
    }
}

impl Hash {
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Hash {
        Hash(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = NoHash;

    fn try_from(bytes: &[u8]) -> Result<Hash, NoHash> {
        bytes.try_into().map(Hash).map_err(|_| NoHash)
    }
}

impl FromStr for Hash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Hash, NoHash> {
        HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| NoHash)?.as_slice().try_into()
    }
}

impl TryFrom<String> for Hash {
    type Error = NoHash;

    fn try_from(text: String) -> Result<Hash, NoHash> {
        text.parse()
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> String {
        hash.to_string()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER_PERMISSIVE.encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_hashes_are_what_the_documents_say() {
        let (meeting, node) = ("tuyen-quang".parse().unwrap(), "N-1".parse().unwrap());
        let first = genesis(&meeting, &node);
        expect!["b1cc5f4e3a67e0bdea7d1f5e2965c4da5d6d67a0d18111db12e0345ef80f30e3"].assert_eq(&first.to_string());
        let record = Record {
            meeting: &meeting,
            node: &node,
            seq: 1,
            at: Timestamp::from_millis(1_634_605_200_000),
            actor: "hub",
            kind: "opened",
            body_json: r#"{"kind":"opened"}"#,
        };
        let hash = link(&first, &record);
        expect!["969614e7e8298b4708e8203ee5f43debea9c770fe37978c5a94fc7d7bef5d24a"].assert_eq(&hash.to_string());
        assert_eq!(hash.to_string().parse(), Ok(hash));
    }

    #[test]
    fn every_field_counts_and_none_runs_into_the_next() {
        let (meeting, node) = ("m".parse().unwrap(), "n".parse().unwrap());
        let start = genesis(&meeting, &node);
        let record = Record {
            meeting: &meeting,
            node: &node,
            seq: 1,
            at: Timestamp::from_millis(2),
            actor: "a",
            kind: "kk",
            body_json: "bbb",
        };
        let (other_meeting, other_node) = ("mn".parse().unwrap(), "nn".parse().unwrap());
        let others = [
            Record { meeting: &other_meeting, ..record },
            Record { node: &other_node, ..record },
            Record { seq: 2, ..record },
            Record { at: Timestamp::from_millis(3), ..record },
            Record { actor: "ak", kind: "k", ..record },
            Record { kind: "kkb", body_json: "bb", ..record },
            Record { body_json: "bbc", ..record },
        ];
        let mut hashes: Vec<String> = others.iter().map(|record| link(&start, record).to_string()).collect();
        hashes.push(link(&start, &record).to_string());
        hashes.push(link(&genesis(&other_meeting, &node), &record).to_string());
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), others.len() + 2);
    }
}
