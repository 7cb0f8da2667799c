//! Ledgers that were tampered with: whatever was done to one is found, and named.

use proptest::prelude::*;

use super::*;
use crate::ledger::checkpoint::{SigningKey, Statement, sign};

fn key() -> SigningKey {
    SigningKey::from_pkcs8(&SigningKey::generate().unwrap()).unwrap()
}

/// A ledger of `count` records with a checkpoint at every tenth and at the last.
fn ledger(key: &SigningKey, count: u64) -> Vec<Line> {
    let (meeting, node): (MeetingId, NodeId) = ("họp".parse().unwrap(), "N-1".parse().unwrap());
    let plan = r#"{"title":"Hội nghị"}"#.to_owned();
    let sha256 = data_encoding::HEXLOWER.encode(digest(&SHA256, plan.as_bytes()).as_ref());
    let header = Line::Header { format: FORMAT.into(), meeting: meeting.clone(), public_key: key.public().to_string() };
    let mut lines = vec![header, Line::Plan { version: 1, sha256: sha256.clone(), body: plan }];
    let (mut prev, mut checkpoints, mut after) = (chain::genesis(&meeting, &node), Vec::new(), 0);
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
            let (meeting, node) = (meeting.clone(), node.clone());
            // Of other meetings there were some between.
            let number = 3 * (checkpoints.len() as u64) + 1;
            let statement = Statement { meeting, node, number, after, seq, hash, at };
            checkpoints.push(Line::Checkpoint(sign(key, statement)));
            after = seq;
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
            let said_the_same =
                serde_json::from_str::<Line>(&changed[index]).ok() == serde_json::from_str::<Line>(&lines[index]).ok();
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
        let record = Record { meeting: &meeting, node: &node, seq: *seq, at: *instant, actor, kind, body_json: body };
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
fn a_plan_that_is_put_in_is_found() {
    let key = key();
    let lines = ledger(&key, 3);
    let plan = |version: u32| {
        let body = r#"{"title":"Khác"}"#.to_owned();
        Line::Plan { version, sha256: data_encoding::HEXLOWER.encode(digest(&SHA256, body.as_bytes()).as_ref()), body }
    };
    for (version, expected) in [
        (2, Fault::UnnamedPlan { version: 2 }),
        (1, Fault::MissingPlan { expected: 2, found: 1 }),
        (7, Fault::MissingPlan { expected: 2, found: 7 }),
        (0, Fault::MissingPlan { expected: 2, found: 0 }),
    ] {
        let mut lines = lines.clone();
        lines.insert(2, plan(version));
        assert_eq!(verify(&written(&lines), None, Vec::new()).unwrap_err().fault, expected);
    }
    // Of a draft every version is kept, and none is named.
    let draft: Vec<Line> = [lines[0].clone(), lines[1].clone(), plan(2)].into();
    assert_eq!(verify(&written(&draft), None, Vec::new()).unwrap().records, 0);
}

#[test]
fn a_checkpoint_that_is_dropped_repeated_or_moved_is_missed_by_the_next_one() {
    let key = key();
    let lines = written(&ledger(&key, 35));
    let last = lines.len() - 1;
    let missing = |seq, after, found| Fault::MissingCheckpoint { seq, after, found };
    let fault = |lines: &[String]| verify(lines, None, Vec::new()).unwrap_err().fault;
    let mut dropped = lines.clone();
    dropped.remove(last - 2);
    assert_eq!(fault(&dropped), missing(30, 20, 10));
    let mut first = lines.clone();
    first.remove(last - 3);
    assert_eq!(fault(&first), missing(20, 10, 0));
    let mut repeated = lines.clone();
    repeated.insert(last - 2, lines[last - 3].clone());
    assert_eq!(fault(&repeated), missing(10, 0, 10));
    let mut moved = lines.clone();
    moved.swap(last - 1, last - 2);
    assert_eq!(fault(&moved), missing(30, 20, 10));
    // Without the last one less is proved and nothing false.
    let whole = verify(&lines[..last], None, Vec::new()).unwrap();
    assert_eq!((whole.records, whole.checkpoints, whole.unsigned), (35, 3, 5));
}

#[test]
fn the_bytes_of_the_format_are_these_for_good() {
    let (meeting, node): (MeetingId, NodeId) = ("m".parse().unwrap(), "n".parse().unwrap());
    let prev = chain::genesis(&meeting, &node);
    let at = Timestamp::from_millis(1_634_605_200_000);
    let body = r#"{"kind":"opened"}"#;
    let record = Record { meeting: &meeting, node: &node, seq: 1, at, actor: "hub", kind: "opened", body_json: body };
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
        // A plan may stand anywhere behind the header, and a checkpoint anywhere behind the record that it signs and the
        // checkpoint before it. One checkpoint less at the end proves less but nothing false.
        let of = |kind: &str, lines: &[String]| -> Vec<(usize, String)> {
            let kind = format!("\"line\":\"{kind}\"");
            lines.iter().cloned().enumerate().filter(|(_, line)| line.contains(&kind)).collect()
        };
        let same = |kind: &str| {
            of(kind, &lines).into_iter().map(|(_, line)| line).eq(of(kind, &changed).into_iter().map(|(_, line)| line))
        };
        let signed_before = |lines: &[String]| {
            of("checkpoint", lines).into_iter().any(|(place, line)| {
                let seq = serde_json::from_str::<serde_json::Value>(&line).unwrap()["seq"].as_u64().unwrap();
                of("event", lines).iter().position(|(event, _)| *event > place).is_some_and(|first| (first as u64) < seq)
            })
        };
        let lost_last = action == 2 && from + 1 == lines.len();
        let in_order = ["plan", "event", "checkpoint"].into_iter().all(same) && lines[0] == changed[0];
        let harmless = lost_last || in_order && !signed_before(&changed);
        prop_assert!(harmless || verify(&changed, Some(key.public()), Vec::new()).is_err());
    }
}
