//! Extracts: what those who do not run the meeting may have of its report.

use super::{DelegateRow, PointRow, Report, Scope, Totals, roll};
use crate::{
    ids::DelegateId,
    meeting::{Place, Voter},
};

impl Report {
    /// The report as a place may have it: all of it for the hosts; for a point and for a delegate's own device the own rows, the line of the room,
    /// and what everybody in the meeting knows (its course, the agenda, announcements, results of votes). None for those
    /// who only watch.
    pub fn for_place(&self, place: &Place) -> Option<Report> {
        match place {
            Place::Hub | Place::Chair | Place::Secretary | Place::Technician => Some(self.clone()),
            Place::Point(point) => {
                let own = |row: &DelegateRow| row.point == *point;
                Some(self.extract(place, Scope::Point { point: point.clone() }, own))
            }
            Place::Delegate(delegate) => {
                let own = |row: &DelegateRow| row.delegate == *delegate;
                Some(self.extract(place, Scope::Delegate { delegate: delegate.clone() }, own))
            }
            Place::Observer(_) => None,
        }
    }

    fn extract(&self, place: &Place, scope: Scope, own: impl Fn(&DelegateRow) -> bool) -> Report {
        let delegates: Vec<DelegateRow> = self.delegates.iter().filter(|row| own(row)).cloned().collect();
        let is_own = |id: &DelegateId| delegates.iter().any(|row| row.delegate == *id);
        // A delegate who speaks, votes or asks does so from a room or from a device of their own.
        let is_own_place = |other: &Place| {
            other == place || matches!((place, other), (Place::Point(_), Place::Delegate(id)) if is_own(id))
        };
        let is_own_voter = |voter: &Voter| match voter {
            Voter::Delegate(id) => is_own(id),
            Voter::Point(point) => matches!(&scope, Scope::Point { point: own } if own == point),
        };
        let room = match &scope {
            Scope::Meeting => None,
            Scope::Point { point } => Some(point),
            Scope::Delegate { .. } => delegates.first().map(|row| &row.point),
        };
        let mut points: Vec<PointRow> = self.points.iter().filter(|row| Some(&row.point) == room).cloned().collect();
        for row in &mut points {
            row.roll = Totals::of(&delegates);
        }
        // The technician's telephone is for all who need help; the others' are not for all.
        let mut meeting = self.meeting.clone();
        for person in [&mut meeting.officers.chair, &mut meeting.officers.secretary].into_iter().flatten() {
            person.phone.clear();
        }
        let mut votes = self.votes.clone();
        for vote in &mut votes {
            vote.ballots.retain(|ballot| is_own_voter(&ballot.voter));
        }
        Report {
            format: self.format,
            phase: self.phase,
            provisional: self.provisional,
            as_of: self.as_of,
            meeting,
            life: self.life.clone(),
            chair_changes: self.chair_changes.clone(),
            total: Totals::of(&delegates),
            quorum: self.quorum,
            units: roll::units(&self.points, &delegates),
            points,
            proxies: self.proxies.iter().filter(|row| is_own(&row.delegate)).cloned().collect(),
            agenda: self.agenda.clone(),
            turns: self.turns.iter().filter(|row| is_own_place(&row.place)).cloned().collect(),
            speaking: self.speaking.iter().filter(|row| is_own_place(&row.place)).cloned().collect(),
            unheard: self.unheard.iter().filter(|row| is_own_place(&row.place)).cloned().collect(),
            votes,
            announcements: self.announcements.clone(),
            corrections: self.corrections.iter().filter(|row| is_own(&row.delegate)).cloned().collect(),
            removals: self.removals.iter().filter(|row| is_own_place(&row.place)).cloned().collect(),
            heads: self.heads.clone(),
            point_names: self.point_names.clone(),
            delegates,
            scope,
        }
    }
}
