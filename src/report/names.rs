//! Finds the rows of a report by their ids. Made once for a paper, so that no cell costs a search.

use std::collections::HashMap;

use super::{AgendaRow, DelegateRow, PointRow, ProxyRow, Report, UnitRow};
use crate::{
    ids::{AgendaItemId, DelegateId, PointId, ProxyId},
    meeting::{Officers, Person, Place},
};

pub struct Names<'a> {
    points: HashMap<&'a PointId, &'a PointRow>,
    units: HashMap<&'a PointId, &'a UnitRow>,
    delegates: HashMap<&'a DelegateId, &'a DelegateRow>,
    proxies: HashMap<ProxyId, &'a ProxyRow>,
    items: HashMap<AgendaItemId, &'a AgendaRow>,
    officers: &'a Officers,
    hub: &'a PointId,
}

impl Report {
    pub fn names(&self) -> Names<'_> {
        Names {
            points: self.points.iter().map(|row| (&row.point, row)).collect(),
            units: self.units.iter().map(|row| (&row.unit, row)).collect(),
            delegates: self.delegates.iter().map(|row| (&row.delegate, row)).collect(),
            proxies: self.proxies.iter().map(|row| (row.proxy, row)).collect(),
            items: self.agenda.iter().map(|row| (row.item, row)).collect(),
            officers: &self.meeting.officers,
            hub: &self.meeting.hub,
        }
    }
}

impl<'a> Names<'a> {
    pub fn point_row(&self, id: &PointId) -> Option<&'a PointRow> {
        self.points.get(id).copied()
    }

    pub fn delegate_row(&self, id: &DelegateId) -> Option<&'a DelegateRow> {
        self.delegates.get(id).copied()
    }

    pub fn proxy_row(&self, id: ProxyId) -> Option<&'a ProxyRow> {
        self.proxies.get(&id).copied()
    }

    pub fn item_row(&self, id: AgendaItemId) -> Option<&'a AgendaRow> {
        self.items.get(&id).copied()
    }

    /// The name of a point or a unit; its code where there is none.
    pub fn point(&self, id: &'a PointId) -> &'a str {
        let point = self.points.get(id).map(|row| row.name.as_str());
        point.or_else(|| self.units.get(id).map(|row| row.name.as_str())).unwrap_or(id.as_str())
    }

    /// The name of a delegate; the id where there is none.
    pub fn delegate(&self, id: &'a DelegateId) -> &'a str {
        self.delegates.get(id).map_or(id.as_str(), |row| row.name.as_str())
    }

    /// Whose seat a host's place is: the person that the plan names. None for the hub's desk, a point, an observer.
    pub fn officer(&self, place: &Place) -> Option<&'a Person> {
        match place {
            Place::Chair => self.officers.chair.as_ref(),
            Place::Secretary => self.officers.secretary.as_ref(),
            Place::Technician => self.officers.technician.as_ref(),
            _ => None,
        }
    }

    /// The row of the room that a place is in; none for those who watch.
    pub fn room(&self, place: &Place) -> Option<&'a PointRow> {
        match place {
            Place::Hub | Place::Chair | Place::Secretary | Place::Technician => self.point_row(self.hub),
            Place::Point(point) => self.point_row(point),
            Place::Delegate(delegate) => self.point_row(&self.delegate_row(delegate)?.point),
            Place::Observer(_) => None,
        }
    }
}
