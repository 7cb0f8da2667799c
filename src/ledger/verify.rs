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
    #[error("the checkpoint at {seq} was not signed with the ledger's key, or was changed")]
    BadSignature { seq: u64 },
    #[error("the checkpoint at {seq} is of another ledger")]
    StrangeCheckpoint { seq: u64 },
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
    /// SHA-256 of the plan's versions.
    plans: BTreeMap<u32, String>,
    checkpoints: u64,
}

#[derive(Default)]
struct Chain {
    hashes: Vec<Hash>,
    last_at: Option<Timestamp>,
    /// The last record that a checkpoint signs.
    signed: u64,
    /// Which records name which version of the plan.
    named: BTreeSet<(u32, String, u64)>,
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
    /// `trusted` is the one key whose signatures count; without it, the header's own does.
    pub fn new(trusted: Option<PublicKey>, printed: Vec<PrintedHead>) -> Verifier {
        Verifier {
            trusted,
            printed,
            line: 0,
            header: None,
            nodes: BTreeMap::new(),
            plans: BTreeMap::new(),
            checkpoints: 0,
        }
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
                let hash = data_encoding::HEXLOWER.encode(digest(&SHA256, body.as_bytes()).as_ref());
                if hash != sha256 || self.plans.insert(version, sha256).is_some() {
                    return Err(Fault::ChangedPlan { version });
                }
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
    pub fn finish(self) -> Result<Whole, Wrong> {
        let wrong = |fault| Wrong { line: self.line, fault };
        let Some((meeting, key)) = self.header else { return Err(wrong(Fault::NoHeader)) };
        for chain in self.nodes.values() {
            for (version, sha256, seq) in &chain.named {
                if self.plans.get(version) != Some(sha256) {
                    return Err(wrong(Fault::WrongPlan { seq: *seq, version: *version }));
                }
            }
        }
        for head in &self.printed {
            if !self.nodes.values().any(|chain| chain.hash(head.seq) == Some(&head.hash)) {
                return Err(wrong(Fault::HeadNotThere { seq: head.seq }));
            }
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
        Some(_) => {
            chain.signed = chain.signed.max(seq);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::checkpoint::{SigningKey, sign};

    fn key() -> SigningKey {
        SigningKey::from_pkcs8(&SigningKey::generate().unwrap()).unwrap()
    }

    /// A ledger of `count` records with a checkpoint at every tenth and at the last.
    fn ledger(key: &SigningKey, count: u64) -> Vec<Line> {
        let (meeting, node): (MeetingId, NodeId) = ("họp".parse().unwrap(), "N-1".parse().unwrap());
        let plan = r#"{"title":"Hội nghị"}"#.to_owned();
        let sha256 = data_encoding::HEXLOWER.encode(digest(&SHA256, plan.as_bytes()).as_ref());
        let header =
            Line::Header { format: FORMAT.into(), meeting: meeting.clone(), public_key: key.public().to_string() };
        let mut lines = vec![header, Line::Plan { version: 1, sha256: sha256.clone(), body: plan }];
        let (mut prev, mut checkpoints) = (chain::genesis(&meeting, &node), Vec::new());
        for seq in 1..=count {
            let kind = if seq == 1 { "published" } else { "roll-called" };
            let body = match seq {
                1 => format!(r#"{{"kind":"published","plan":{{"version":1,"sha256":"{sha256}"}}}}"#),
                _ => format!(r#"{{"kind":"roll-called","delegate":"d{seq}","presence":{{"is":"present"}}}}"#),
            };
            let at = Timestamp::from_millis(1_634_605_200_000 + seq.cast_signed() * 500);
            let record = Record { meeting: &meeting, node: &node, seq, at, actor: "point:071", kind, body_json: &body };
            let hash = chain::link(&prev, &record);
            if seq % 10 == 0 || seq == count {
                checkpoints.push(Line::Checkpoint(sign(key, &meeting, &node, seq, hash, at)));
            }
            let (actor, kind, node) = ("point:071".to_owned(), kind.to_owned(), node.to_string());
            lines.push(Line::Event { node, seq, at, actor, kind, body, prev, hash });
            prev = hash;
        }
        lines.extend(checkpoints);
        lines
    }

    fn verify(lines: &[String], trusted: Option<PublicKey>, printed: Vec<PrintedHead>) -> Result<Whole, Wrong> {
        let mut verifier = Verifier::new(trusted, printed);
        for line in lines {
            verifier.text(line)?;
        }
        verifier.finish()
    }

    fn written(lines: &[Line]) -> Vec<String> {
        lines.iter().map(Line::write).collect()
    }

    fn event_lines(lines: &[Line]) -> Vec<usize> {
        (0..lines.len()).filter(|index| matches!(lines[*index], Line::Event { .. })).collect()
    }

    #[test]
    fn a_ledger_that_nobody_touched_is_whole() {
        let key = key();
        let whole = verify(&written(&ledger(&key, 25)), Some(key.public()), Vec::new()).unwrap();
        assert_eq!((whole.records, whole.checkpoints, whole.unsigned), (25, 3, 0));
        assert_eq!(whole.heads[0].1, 25);
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let key = key();
        let lines = written(&ledger(&key, 3));
        for index in 0..lines.len() {
            for bit in 0..lines[index].len() * 8 {
                let mut bytes = lines[index].clone().into_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                // What is no text any more is no line.
                let Ok(text) = String::from_utf8(bytes) else { continue };
                let mut changed = lines.clone();
                changed[index] = text;
                let said_the_same = serde_json::from_str::<Line>(&changed[index]).ok()
                    == serde_json::from_str::<Line>(&lines[index]).ok();
                let found = verify(&changed, Some(key.public()), Vec::new());
                // A letter of a hash in the other case is the same hash; nothing else passes.
                assert!(found.is_err() || said_the_same, "line {index} bit {bit}: {}", changed[index]);
            }
        }
    }

    #[test]
    fn a_record_that_is_dropped_repeated_moved_or_put_in_is_named() {
        let key = key();
        let lines = ledger(&key, 12);
        let events = event_lines(&lines);
        for (number, &index) in (1_u64..).zip(&events) {
            let mut dropped = lines.clone();
            dropped.remove(index);
            let fault = verify(&written(&dropped), None, Vec::new()).unwrap_err().fault;
            if number == 12 {
                assert_eq!(fault, Fault::CutOff { seq: 12, last: 11 });
            } else {
                assert_eq!(fault, Fault::Missing { expected: number, found: number + 1 });
            }
            let mut repeated = lines.clone();
            repeated.insert(index, lines[index].clone());
            let fault = verify(&written(&repeated), None, Vec::new()).unwrap_err().fault;
            assert_eq!(fault, Fault::Misplaced { expected: number + 1, found: number });
            if number < 12 {
                let mut moved = lines.clone();
                moved.swap(index, index + 1);
                let fault = verify(&written(&moved), None, Vec::new()).unwrap_err().fault;
                assert_eq!(fault, Fault::Missing { expected: number, found: number + 1 });
            }
        }
    }

    /// Changes a record and computes its hash anew, as somebody would who knows the format but not the key.
    fn forged(lines: &[Line], at: usize) -> Vec<Line> {
        let mut lines = lines.to_vec();
        let Line::Header { meeting, .. } = lines[0].clone() else { panic!() };
        let mut carried: Option<Hash> = None;
        for (index, line) in lines.iter_mut().enumerate().skip(at) {
            let Line::Event { node, seq, at: instant, actor, kind, body, prev, hash } = line else { continue };
            if index == at {
                *body = body.replace("present", "absent").replace("d2", "d3");
            }
            *prev = carried.unwrap_or(*prev);
            let node = node.parse().unwrap();
            let record =
                Record { meeting: &meeting, node: &node, seq: *seq, at: *instant, actor, kind, body_json: body };
            *hash = chain::link(prev, &record);
            carried = Some(*hash);
        }
        lines
    }

    #[test]
    fn a_chain_that_is_rewritten_to_its_end_breaks_at_the_next_checkpoint() {
        let key = key();
        let lines = ledger(&key, 25);
        let events = event_lines(&lines);
        for &index in &events[1..] {
            let fault = verify(&written(&forged(&lines, index)), None, Vec::new()).unwrap_err().fault;
            assert!(matches!(fault, Fault::Rewritten { .. }), "{fault}");
        }
        // Signed anew with another key, it is another's ledger.
        let other = self::key();
        let theirs = written(&ledger(&other, 25));
        let fault = verify(&theirs, Some(key.public()), Vec::new()).unwrap_err().fault;
        assert!(matches!(fault, Fault::OtherKey { .. }));
    }

    #[test]
    fn an_end_that_is_cut_off_is_missed_by_a_later_checkpoint_or_by_a_printed_head() {
        let key = key();
        let lines = ledger(&key, 25);
        let last = event_lines(&lines)[24];
        let Line::Event { hash, .. } = lines[last] else { panic!() };
        let printed = PrintedHead { seq: 25, hash };
        assert!(verify(&written(&lines), None, vec![printed]).is_ok());
        // Cut together with the checkpoint that would tell: only the paper knows.
        let cut: Vec<Line> = lines[..last].iter().chain(&lines[last + 1..lines.len() - 1]).cloned().collect();
        let whole = verify(&written(&cut), None, Vec::new()).unwrap();
        assert_eq!((whole.records, whole.unsigned), (24, 4));
        let fault = verify(&written(&cut), None, vec![printed]).unwrap_err().fault;
        assert_eq!(fault, Fault::HeadNotThere { seq: 25 });
    }

    #[test]
    fn a_plan_that_is_changed_or_gone_is_found() {
        let key = key();
        let mut lines = ledger(&key, 3);
        let Line::Plan { body, .. } = &mut lines[1] else { panic!() };
        *body = body.replace("Hội", "Họp");
        assert_eq!(verify(&written(&lines), None, Vec::new()).unwrap_err().fault, Fault::ChangedPlan { version: 1 });
        let Line::Plan { body, sha256: named, .. } = &mut lines[1] else { panic!() };
        *named = data_encoding::HEXLOWER.encode(digest(&SHA256, body.as_bytes()).as_ref());
        let expected = Fault::WrongPlan { seq: 1, version: 1 };
        assert_eq!(verify(&written(&lines), None, Vec::new()).unwrap_err().fault, expected);
        lines.remove(1);
        assert_eq!(verify(&written(&lines), None, Vec::new()).unwrap_err().fault, expected);
    }

    #[test]
    fn the_bytes_of_the_format_are_these_for_good() {
        let (meeting, node): (MeetingId, NodeId) = ("m".parse().unwrap(), "n".parse().unwrap());
        let prev = chain::genesis(&meeting, &node);
        let at = Timestamp::from_millis(1_634_605_200_000);
        let body = r#"{"kind":"opened"}"#;
        let record =
            Record { meeting: &meeting, node: &node, seq: 1, at, actor: "hub", kind: "opened", body_json: body };
        expect_test::expect!["e2f490b8f1aef10a2b095a3d64780c6cc9e654c4488c74608917ac982f45762c"]
            .assert_eq(&chain::link(&prev, &record).to_string());
    }

    proptest! {
        #[test]
        fn whatever_else_is_done_to_the_lines_is_found(
            count in 2_u64..30, from in 0_usize..64, to in 0_usize..64, action in 0_u8..3,
        ) {
            let key = key();
            let lines = written(&ledger(&key, count));
            let (from, to) = (from % lines.len(), to % lines.len());
            let mut changed = lines.clone();
            match action {
                0 => { let line = changed.remove(from); changed.insert(to, line); }
                1 => changed.swap(from, to),
                _ => { changed.remove(from); }
            }
            // Checkpoints and plans among themselves have no order, and one checkpoint less proves less but nothing
            // false. The records and the header stay where they are.
            let records = |lines: &[String]| {
                lines.iter().filter(|line| line.contains("\"line\":\"event\"")).cloned().collect::<Vec<_>>()
            };
            let lost_plan = action == 2 && lines[from].contains("\"line\":\"plan\"");
            let harmless = records(&lines) == records(&changed) && lines[0] == changed[0] && !lost_plan;
            prop_assert!(harmless || verify(&changed, Some(key.public()), Vec::new()).is_err());
        }
    }
}
