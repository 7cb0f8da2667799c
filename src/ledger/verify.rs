//! Checks a ledger line by line and names the first thing that is wrong. It needs nothing but the lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use ring::digest::{SHA256, digest};
use serde::Deserialize;
use thiserror::Error;

use super::{
    chain::{self, Hash, Record},
    checkpoint::{Checkpoint, PublicKey},
    line::{FORMAT, Line},
};
use crate::{
    clock::Timestamp,
    ids::{MeetingId, NodeId},
};

/// The kind of the event that makes a meeting a draft again.
const WITHDRAWN: &str = "withdrawn";

/// The longest line that is read, in bytes.
pub const MAX_LINE_BYTES: usize = 32 * 1024 * 1024;

/// A head that was printed on a paper: the number of an event, and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintedHead {
    pub seq: u64,
    pub hash: Hash,
}

impl FromStr for PrintedHead {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<PrintedHead, &'static str> {
        let read = || {
            let (seq, hash) = text.split_once(':')?;
            Some(PrintedHead { seq: seq.trim().parse().ok()?, hash: hash.trim().parse().ok()? })
        };
        read().ok_or("a head is NUMBER:HASH, the hash with 64 hexadecimal digits")
    }
}

/// What is wrong, and where: the first bad line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {fault}")]
pub struct Wrong {
    /// The first line is 1.
    pub line: u64,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    #[error("the line cannot be read: {0}")]
    Unreadable(String),
    #[error("a ledger begins with its header, of the format {FORMAT}")]
    NoHeader,
    #[error("the header comes twice")]
    HeaderTwice,
    #[error("the ledger is of the key {found}, and {trusted} is trusted")]
    OtherKey { found: String, trusted: String },
    #[error("the header's public key is none")]
    NoKey,
    #[error("record {expected} is missing: {found} follows in its place")]
    Missing { expected: u64, found: u64 },
    #[error("record {found} stands where {expected} should: inserted, repeated or moved")]
    Misplaced { expected: u64, found: u64 },
    #[error("record {seq} was changed: its hash is not that of what it says")]
    Changed { seq: u64 },
    #[error("record {seq} does not follow the one before it: a record was inserted, dropped or rewritten")]
    Unlinked { seq: u64 },
    #[error("record {seq} is older than the one before it")]
    WentBack { seq: u64 },
    #[error("record {seq} is not of the kind that it says")]
    WrongKind { seq: u64 },
    #[error("record {seq} names version {version} of the plan, which is not in the ledger as it was")]
    WrongPlan { seq: u64, version: u32 },
    #[error("version {version} of the plan was changed")]
    ChangedPlan { version: u32 },
    #[error("version {expected} of the plan is missing: version {found} stands in its place")]
    MissingPlan { expected: u32, found: u32 },
    #[error(
        "no record names version {version} of the plan: it was put in from beside, or the server ended before it could say \
         so and does when it runs again"
    )]
    UnnamedPlan { version: u32 },
    #[error("the checkpoint at {seq} was not signed with the ledger's key, or was changed")]
    BadSignature { seq: u64 },
    #[error("the checkpoint at {seq} is of another ledger")]
    StrangeCheckpoint { seq: u64 },
    #[error(
        "the checkpoint at {seq} follows one at {after}, and stands after one at {found}: some were dropped, repeated or moved"
    )]
    MissingCheckpoint { seq: u64, after: u64, found: u64 },
    #[error("the checkpoint at {seq} signs another record {seq}: the chain was rewritten")]
    Rewritten { seq: u64 },
    #[error("the ledger ends at record {last}, and a checkpoint signs record {seq}: the end was cut off")]
    CutOff { seq: u64, last: u64 },
    #[error("the printed head {seq} is not in the ledger: it was cut off or rewritten")]
    HeadNotThere { seq: u64 },
}

/// What a ledger that is whole says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub meeting: MeetingId,
    pub records: u64,
    pub checkpoints: u64,
    /// The last record of each node: its number, its instant and its hash.
    pub heads: Vec<(NodeId, u64, Timestamp, Hash)>,
    /// How many of the last records no checkpoint signs yet: a later one or a printed head is needed to miss them.
    pub unsigned: u64,
    pub key: PublicKey,
}

/// Takes the lines of one ledger, in order.
pub struct Verifier {
    trusted: Option<PublicKey>,
    printed: Vec<PrintedHead>,
    line: u64,
    header: Option<(MeetingId, PublicKey)>,
    nodes: BTreeMap<NodeId, Chain>,
    /// SHA-256 of the plan's versions: the first one first, and none missing.
    plans: Vec<String>,
    checkpoints: u64,
}

#[derive(Default)]
struct Chain {
    hashes: Vec<Hash>,
    last_at: Option<Timestamp>,
    /// The last record that a checkpoint signs, and the number of that checkpoint.
    signed: u64,
    last_checkpoint: u64,
    /// Which records name which version of the plan.
    named: BTreeSet<(u32, String, u64)>,
    /// The version that holds since it was last named; none while the meeting is a draft, whose plan changes unsaid.
    in_force: Option<u32>,
}

impl Chain {
    fn last(&self) -> u64 {
        self.hashes.len() as u64
    }

    fn hash(&self, seq: u64) -> Option<&Hash> {
        self.hashes.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }
}

/// The part of a body that the chain of proof goes through.
#[derive(Deserialize)]
struct Body {
    kind: String,
    plan: Option<NamedPlan>,
}

#[derive(Deserialize)]
struct NamedPlan {
    version: u32,
    sha256: String,
}

impl Verifier {
    /// Whether a head is in what was taken so far.
    pub fn holds(&self, head: &PrintedHead) -> bool {
        self.nodes.values().any(|chain| chain.hash(head.seq) == Some(&head.hash))
    }

    /// `trusted` is the one key whose signatures count; without it, the header's own does.
    pub fn new(trusted: Option<PublicKey>, printed: Vec<PrintedHead>) -> Verifier {
        Verifier { trusted, printed, line: 0, header: None, nodes: BTreeMap::new(), plans: Vec::new(), checkpoints: 0 }
    }

    /// Takes the next line as text.
    ///
    /// # Errors
    /// The first thing that is wrong; nothing after it counts.
    pub fn text(&mut self, line: &str) -> Result<(), Wrong> {
        match serde_json::from_str(line) {
            Ok(line) => self.line(line),
            Err(error) => {
                self.line += 1;
                Err(Wrong { line: self.line, fault: Fault::Unreadable(error.to_string()) })
            }
        }
    }

    /// Takes the next line.
    ///
    /// # Errors
    /// As [`Verifier::text`].
    pub fn line(&mut self, line: Line) -> Result<(), Wrong> {
        self.line += 1;
        self.take(line).map_err(|fault| Wrong { line: self.line, fault })
    }

    fn take(&mut self, line: Line) -> Result<(), Fault> {
        match (line, &self.header) {
            (Line::Header { format, meeting, public_key }, None) if format == FORMAT => {
                let key: PublicKey = public_key.parse().map_err(|_| Fault::NoKey)?;
                if let Some(trusted) = self.trusted.as_ref().filter(|trusted| **trusted != key) {
                    return Err(Fault::OtherKey { found: key.to_string(), trusted: trusted.to_string() });
                }
                self.header = Some((meeting, key));
                Ok(())
            }
            (_, None) => Err(Fault::NoHeader),
            (Line::Header { .. }, Some(_)) => Err(Fault::HeaderTwice),
            (Line::Plan { version, sha256, body }, Some(_)) => {
                let expected = u32::try_from(self.plans.len() + 1).unwrap_or(u32::MAX);
                if version != expected {
                    return Err(Fault::MissingPlan { expected, found: version });
                }
                if data_encoding::HEXLOWER.encode(digest(&SHA256, body.as_bytes()).as_ref()) != sha256 {
                    return Err(Fault::ChangedPlan { version });
                }
                self.plans.push(sha256);
                Ok(())
            }
            (Line::Event { node, seq, at, actor, kind, body, prev, hash }, Some((meeting, _))) => {
                let node: NodeId = node.try_into().map_err(|_| Fault::Changed { seq })?;
                let record = Record { meeting, node: &node, seq, at, actor: &actor, kind: &kind, body_json: &body };
                let chain = self.nodes.entry(node.clone()).or_default();
                follow(chain, &record, prev, hash)
            }
            (Line::Checkpoint(checkpoint), Some((meeting, key))) => {
                self.checkpoints += 1;
                check(&mut self.nodes, meeting, key, &checkpoint)
            }
        }
    }

    /// Says what the whole ledger is, once every line was taken.
    ///
    /// # Errors
    /// What only the end shows: a version of the plan that is not there, a printed head that is not.
    pub fn finish(&self) -> Result<Whole, Wrong> {
        let wrong = |fault| Wrong { line: self.line, fault };
        let Some((meeting, key)) = self.header.clone() else { return Err(wrong(Fault::NoHeader)) };
        for chain in self.nodes.values() {
            for (version, sha256, seq) in &chain.named {
                let place = version.checked_sub(1).and_then(|index| usize::try_from(index).ok());
                if place.and_then(|place| self.plans.get(place)) != Some(sha256) {
                    return Err(wrong(Fault::WrongPlan { seq: *seq, version: *version }));
                }
            }
        }
        let newest = u32::try_from(self.plans.len()).unwrap_or(u32::MAX);
        if self.nodes.values().filter_map(|chain| chain.in_force).max().is_some_and(|in_force| in_force < newest) {
            return Err(wrong(Fault::UnnamedPlan { version: newest }));
        }
        if let Some(head) = self.printed.iter().find(|head| !self.holds(head)) {
            return Err(wrong(Fault::HeadNotThere { seq: head.seq }));
        }
        let heads = self
            .nodes
            .iter()
            .filter_map(|(node, chain)| Some((node.clone(), chain.last(), chain.last_at?, *chain.hashes.last()?)));
        Ok(Whole {
            meeting,
            records: self.nodes.values().map(Chain::last).sum(),
            checkpoints: self.checkpoints,
            unsigned: self.nodes.values().map(|chain| chain.last() - chain.signed).sum(),
            heads: heads.collect(),
            key,
        })
    }
}

fn follow(chain: &mut Chain, record: &Record<'_>, prev: Hash, hash: Hash) -> Result<(), Fault> {
    let (seq, expected) = (record.seq, chain.last() + 1);
    if seq > expected {
        return Err(Fault::Missing { expected, found: seq });
    }
    if seq < expected {
        return Err(Fault::Misplaced { expected, found: seq });
    }
    if chain::link(&prev, record) != hash {
        return Err(Fault::Changed { seq });
    }
    let before = chain.hashes.last().copied().unwrap_or_else(|| chain::genesis(record.meeting, record.node));
    if prev != before {
        return Err(Fault::Unlinked { seq });
    }
    if chain.last_at.is_some_and(|last| record.at < last) {
        return Err(Fault::WentBack { seq });
    }
    let body: Body = serde_json::from_str(record.body_json).map_err(|_| Fault::WrongKind { seq })?;
    if body.kind != record.kind {
        return Err(Fault::WrongKind { seq });
    }
    if let Some(NamedPlan { version, sha256 }) = body.plan {
        chain.named.insert((version, sha256, seq));
        chain.in_force = Some(version);
    }
    if body.kind == WITHDRAWN {
        chain.in_force = None;
    }
    chain.hashes.push(hash);
    chain.last_at = Some(record.at);
    Ok(())
}

fn check(
    nodes: &mut BTreeMap<NodeId, Chain>,
    meeting: &MeetingId,
    key: &PublicKey,
    checkpoint: &Checkpoint,
) -> Result<(), Fault> {
    let seq = checkpoint.seq;
    if !checkpoint.is_signed_by(key) {
        return Err(Fault::BadSignature { seq });
    }
    if checkpoint.meeting != *meeting {
        return Err(Fault::StrangeCheckpoint { seq });
    }
    let Some(chain) = nodes.get_mut(&checkpoint.node) else { return Err(Fault::CutOff { seq, last: 0 }) };
    match chain.hash(seq) {
        None => Err(Fault::CutOff { seq, last: chain.last() }),
        Some(hash) if *hash != checkpoint.hash => Err(Fault::Rewritten { seq }),
        Some(_) if checkpoint.after != chain.signed || checkpoint.number <= chain.last_checkpoint => {
            Err(Fault::MissingCheckpoint { seq, after: checkpoint.after, found: chain.signed })
        }
        Some(_) => {
            (chain.signed, chain.last_checkpoint) = (seq, checkpoint.number);
            Ok(())
        }
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
