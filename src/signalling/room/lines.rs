//! How everybody's line is, and who speaks: what the worker measures, told to clients and kept for the technician.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    Room,
    participant::Participant,
    proto::{self, signal_response},
};
use crate::{
    clock::Timestamp,
    ids::{PeerId, TrackId},
    media,
    meeting::{LineGrade, LineQuality, LineTrouble, Place},
};

/// A line that has become better is called so after this long; one that has become worse, at once.
const BETTER_AFTER: Duration = Duration::from_secs(6);
/// From these losses and round trips on a line is no longer excellent, and poor.
const LOSS_PERCENT: [u8; 2] = [3, 10];
const ROUND_TRIP_MS: [u32; 2] = [300, 800];

/// A participant's line as it was told.
pub(super) struct Judged {
    measured: media::LineQuality,
    grade: LineGrade,
    trouble: Option<LineTrouble>,
    since: Timestamp,
    /// It has been better than that, and will be called so then.
    better_at: Option<Instant>,
}

impl Judged {
    pub fn new(now: Timestamp) -> Self {
        Self {
            measured: media::LineQuality::default(),
            grade: LineGrade::Excellent,
            trouble: None,
            since: now,
            better_at: None,
        }
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.better_at
    }

    fn report(&self) -> LineQuality {
        let lost = |leg: Option<media::Leg>| leg.map(|leg| leg.lost_percent);
        LineQuality {
            grade: self.grade,
            trouble: self.trouble,
            since: self.since,
            uplink_lost_percent: lost(self.measured.up),
            downlink_lost_percent: lost(self.measured.down),
            round_trip_ms: self.measured.round_trip_ms,
            videos_resting: self.measured.down.map_or(0, |leg| leg.starved),
        }
    }
}

/// What a line is called, and what is wrong with it: the worst first, and what the technician can mend before the rest.
fn judge(measured: &media::LineQuality, heard: bool) -> (LineGrade, Option<LineTrouble>) {
    if !heard {
        return (LineGrade::Lost, Some(LineTrouble::Silent));
    }
    let lost = |leg: Option<media::Leg>| leg.map_or(0, |leg| leg.lost_percent);
    let (up, down) = (lost(measured.up), lost(measured.down));
    let starved = measured.down.is_some_and(|leg| leg.starved > 0);
    let round_trip = measured.round_trip_ms.unwrap_or(0);
    for (grade, step) in [(LineGrade::Poor, 1), (LineGrade::Good, 0)] {
        let troubles = [
            (up >= LOSS_PERCENT[step], LineTrouble::UplinkLoss),
            (down >= LOSS_PERCENT[step], LineTrouble::DownlinkLoss),
            (starved && grade == LineGrade::Poor, LineTrouble::DownlinkTooSlow),
            (round_trip >= ROUND_TRIP_MS[step], LineTrouble::Delay),
        ];
        if let Some((_, trouble)) = troubles.into_iter().find(|(holds, _)| *holds) {
            return (grade, Some(trouble));
        }
    }
    (LineGrade::Excellent, None)
}

impl Room {
    pub(super) fn line_measured(&mut self, peer: PeerId, quality: media::LineQuality) {
        if let Some(participant) = self.participants.get_mut(&peer) {
            participant.judged.measured = quality;
            self.lines_changed = true;
            self.judge_line(peer);
        }
    }

    /// Calls a participant's line what it is now.
    pub(super) fn judge_line(&mut self, peer: PeerId) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        let heard = participant.is_heard() || !participant.is_connected();
        let judged = &mut participant.judged;
        let (grade, trouble) = judge(&judged.measured, heard);
        let returned = judged.grade == LineGrade::Lost && heard;
        if grade > judged.grade && !returned {
            let at = *judged.better_at.get_or_insert(self.now + BETTER_AFTER);
            if at > self.now {
                return;
            }
        }
        judged.better_at = None;
        if (grade, trouble) == (judged.grade, judged.trouble) {
            return;
        }
        let told = grade != judged.grade;
        (judged.grade, judged.trouble, judged.since) = (grade, trouble, self.wall);
        self.lines_changed = true;
        if told {
            self.tell_grade(peer);
        }
    }

    /// Lines that have been better for long enough are called so.
    pub(super) fn better_lines(&mut self) {
        let due = |one: &&Participant| one.judged.better_at.is_some_and(|at| at <= self.now);
        let due: Vec<PeerId> = self.participants.values().filter(due).map(|one| one.peer).collect();
        for peer in due {
            self.judge_line(peer);
        }
    }

    fn tell_grade(&mut self, peer: PeerId) {
        let Some(participant) = self.participants.get(&peer) else { return };
        let grade = participant.judged.grade;
        let (quality, score) = match grade {
            LineGrade::Excellent => (proto::ConnectionQuality::Excellent, 4.5),
            LineGrade::Good => (proto::ConnectionQuality::Good, 3.5),
            LineGrade::Poor => (proto::ConnectionQuality::Poor, 2.0),
            LineGrade::Lost => (proto::ConnectionQuality::Lost, 0.0),
        };
        let info = proto::ConnectionQualityInfo {
            participant_sid: participant.sid.to_string(),
            quality: quality.into(),
            score,
        };
        let hidden = participant.permission.hidden;
        // A client that is told that its own line is lost gives it up.
        let told = |one: &&Participant| if one.peer == peer { grade != LineGrade::Lost } else { !hidden };
        let sessions = self.participants.values().filter(told).filter_map(Participant::session).collect();
        let update = proto::ConnectionQualityUpdate { updates: vec![info] };
        self.send_to(sessions, signal_response::Message::ConnectionQuality(update));
    }

    /// The lines of the meeting's places, the worst of each, if anything has changed since the last call.
    pub fn poll_lines(&mut self) -> Option<BTreeMap<Place, LineQuality>> {
        if !std::mem::take(&mut self.lines_changed) {
            return None;
        }
        let mut lines: BTreeMap<Place, LineQuality> = BTreeMap::new();
        for participant in self.participants.values().filter(|one| one.is_connected()) {
            let Some(place) = &participant.place else { continue };
            let line = participant.judged.report();
            match lines.get(place) {
                Some(other) if other.grade <= line.grade => {}
                _ => drop(lines.insert(place.clone(), line)),
            }
        }
        Some(lines)
    }

    pub(super) fn voice(&mut self, peer: PeerId, id: TrackId, loudness: Option<f32>) {
        let Some(track) = self.tracks.get_mut(&id).filter(|track| track.owner == peer) else { return };
        if track.loudness != loudness {
            track.loudness = loudness;
            self.tell_speaker(peer, loudness);
        }
    }

    /// Tells everybody how loud somebody speaks, or that it has ended.
    pub(super) fn tell_speaker(&mut self, peer: PeerId, loudness: Option<f32>) {
        let Some(speaker) = self.participants.get(&peer).filter(|one| !one.permission.hidden) else { return };
        let speakers = vec![speaker_info(speaker, loudness)];
        let sessions = self.participants.values().filter_map(Participant::session).collect();
        self.send_to(sessions, signal_response::Message::SpeakersChanged(proto::SpeakersChanged { speakers }));
    }

    /// Tells somebody who has come who speaks and whose line is not as it should be.
    pub(super) fn tell_lines(&mut self, peer: PeerId) {
        let shown = |one: &&Participant| one.peer != peer && !one.permission.hidden;
        let speakers: Vec<_> = self
            .tracks
            .values()
            .filter(|track| track.loudness.is_some())
            .filter_map(|track| self.participants.get(&track.owner).filter(shown).map(|one| (one, track.loudness)))
            .map(|(one, loudness)| speaker_info(one, loudness))
            .collect();
        if !speakers.is_empty() {
            self.send(peer, signal_response::Message::SpeakersChanged(proto::SpeakersChanged { speakers }));
        }
    }
}

fn speaker_info(speaker: &Participant, loudness: Option<f32>) -> proto::SpeakerInfo {
    proto::SpeakerInfo { sid: speaker.sid.to_string(), level: loudness.unwrap_or(0.0), active: loudness.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::Leg;

    fn legs(up: u8, down: u8, starved: u32, round_trip_ms: u32) -> media::LineQuality {
        media::LineQuality {
            up: Some(Leg { lost_percent: up, starved: 0 }),
            down: Some(Leg { lost_percent: down, starved }),
            round_trip_ms: Some(round_trip_ms),
        }
    }

    #[test]
    fn a_line_is_called_by_its_worst_leg() {
        use {LineGrade::*, LineTrouble::*};
        for (measured, expected) in [
            (media::LineQuality::default(), (Excellent, None)),
            (legs(2, 2, 0, 299), (Excellent, None)),
            (legs(3, 0, 0, 0), (Good, Some(UplinkLoss))),
            (legs(0, 9, 0, 0), (Good, Some(DownlinkLoss))),
            (legs(0, 0, 0, 300), (Good, Some(Delay))),
            (legs(9, 10, 0, 0), (Poor, Some(DownlinkLoss))),
            (legs(0, 0, 1, 900), (Poor, Some(DownlinkTooSlow))),
            (legs(10, 10, 1, 900), (Poor, Some(UplinkLoss))),
        ] {
            assert_eq!(judge(&measured, true), expected, "{measured:?}");
        }
        assert_eq!(judge(&legs(0, 0, 0, 0), false), (Lost, Some(Silent)));
    }
}
