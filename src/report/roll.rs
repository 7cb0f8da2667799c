//! The roll call in a report: the row of each delegate, and what they add up to.

use std::collections::HashMap;

use super::{
    Confirmation, DelegateRow, Listing, PointRow, ProxyOutcome, Status, Totals, UnitRow, Zone, chronicle::Chronicle,
};
use crate::{
    ids::PointId,
    meeting::{Conference, Delegate, Mark, Presence},
};

/// What the conference says of a delegate, as a row.
pub fn delegate_row(
    conference: &Conference,
    chronicle: &Chronicle<'_>,
    zone: &Zone,
    delegate: &Delegate,
    listing: Listing,
) -> DelegateRow {
    let entry = conference.roll_entry(delegate, listing == Listing::Planned);
    let confirmation = |mark: &Mark| Confirmation {
        act: super::Act { at: zone.moment(mark.at), by: mark.by.clone() },
        seq: mark.seq,
        presence: mark.presence.clone(),
        corrected: mark.corrected.clone(),
    };
    let marks: Vec<Confirmation> = conference.roll().marks(&delegate.id).iter().map(confirmation).collect();
    let confirmed = marks.last().cloned();
    let late_ms = match (entry.late, entry.first_here, conference.opened_at()) {
        (true, Some(here), Some(opened)) => Some(here.millis_since(opened)),
        _ => None,
    };
    let left_early_ms = match (entry.left_early, &entry.standing, conference.closed_at()) {
        (true, Some(mark), Some(closed)) => Some(closed.millis_since(mark.at)),
        _ => None,
    };
    DelegateRow {
        delegate: delegate.id.clone(),
        name: delegate.name.clone(),
        title: delegate.title.clone(),
        unit: delegate.unit.clone(),
        point: delegate.point.clone(),
        listing,
        status: status(conference, chronicle, confirmed.as_ref().map(|confirmed| &confirmed.presence)),
        confirmed,
        first_here: entry.first_here.map(|at| zone.moment(at)),
        late_ms,
        left_early_ms,
        checked_in: entry.checked_in.map(|at| zone.moment(at)),
        marks,
    }
}

fn status(conference: &Conference, chronicle: &Chronicle<'_>, presence: Option<&Presence>) -> Status {
    match presence {
        None => Status::Unconfirmed,
        Some(Presence::Present) => Status::Present,
        Some(Presence::Left) => Status::Left,
        Some(Presence::Absent) => Status::Absent,
        Some(Presence::Excused { reason }) => Status::Excused { reason: reason.clone() },
        Some(Presence::Proxy { proxy }) => {
            // A proxy whom nobody asked for confirms nothing; the server lets none be confirmed.
            let Some(asked) = conference.roll().proxy(*proxy) else { return Status::Unconfirmed };
            let approved = match chronicle.proxies.get(proxy) {
                Some((_, ProxyOutcome::Approved { act })) => Some(act.clone()),
                _ => None,
            };
            Status::Proxy { proxy: *proxy, substitute: asked.substitute.clone(), approved }
        }
    }
}

impl Totals {
    /// Counts a delegate in.
    pub(super) fn count(&mut self, row: &DelegateRow) {
        self.late += u32::from(row.late_ms.is_some());
        if row.listing != Listing::Planned {
            self.added += u32::from(row.status.attended());
            return;
        }
        self.expected += 1;
        let field = match row.status {
            Status::Present => &mut self.present,
            Status::Proxy { .. } => &mut self.proxy,
            Status::Left => &mut self.left,
            Status::Excused { .. } => &mut self.excused,
            Status::Absent => &mut self.absent,
            Status::Unconfirmed => &mut self.unconfirmed,
        };
        *field += 1;
    }

    pub(super) fn of<'a>(rows: impl IntoIterator<Item = &'a DelegateRow>) -> Totals {
        let mut totals = Totals::default();
        rows.into_iter().for_each(|row| totals.count(row));
        totals
    }

    fn add(&mut self, other: &Totals) {
        let Totals { expected, present, proxy, left, excused, absent, unconfirmed, added, late } = other;
        self.expected += expected;
        self.present += present;
        self.proxy += proxy;
        self.left += left;
        self.excused += excused;
        self.absent += absent;
        self.unconfirmed += unconfirmed;
        self.added += added;
        self.late += late;
    }
}

/// What the delegates add up to for each unit, in the order of the points, which is that of the tree: those above first.
/// Units that no delegate is of or below are left out; delegates of a unit that is no point come under its code.
pub fn units(points: &[PointRow], delegates: &[DelegateRow]) -> Vec<UnitRow> {
    let index: HashMap<&PointId, usize> = points.iter().enumerate().map(|(index, row)| (&row.point, index)).collect();
    let mut rows: Vec<UnitRow> = points
        .iter()
        .map(|row| UnitRow {
            unit: row.point.clone(),
            parent: row.parent.clone(),
            depth: row.depth,
            level: row.level.clone(),
            name: row.name.clone(),
            own: Totals::default(),
            with_below: Totals::default(),
        })
        .collect();
    let mut strangers: HashMap<&PointId, usize> = HashMap::new();
    for delegate in delegates {
        let at = index.get(&delegate.unit).copied().unwrap_or_else(|| {
            *strangers.entry(&delegate.unit).or_insert_with(|| {
                rows.push(UnitRow {
                    unit: delegate.unit.clone(),
                    parent: None,
                    depth: 0,
                    level: String::new(),
                    name: delegate.unit.to_string(),
                    own: Totals::default(),
                    with_below: Totals::default(),
                });
                rows.len() - 1
            })
        });
        rows[at].own.count(delegate);
    }
    // From the last to the first: what is below is done before what is above.
    for at in (0..rows.len()).rev() {
        let own = rows[at].own;
        rows[at].with_below.add(&own);
        let sum = rows[at].with_below;
        if let Some(above) = rows[at].parent.as_ref().and_then(|parent| index.get(parent)).filter(|above| **above < at)
        {
            rows[*above].with_below.add(&sum);
        }
    }
    rows.retain(|row| row.with_below != Totals::default());
    rows
}

impl Totals {
    /// The share of the expected who came; none where nobody is expected.
    pub fn attended_share(&self) -> Option<f64> {
        (self.expected > 0).then(|| f64::from(self.attended()) / f64::from(self.expected))
    }
}
