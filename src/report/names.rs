//! Finds the rows of a report by their ids. Made once for a paper, so that no cell costs a search.

use std::collections::HashMap;

use super::{AgendaRow, DelegateRow, PointRow, ProxyRow, Report};
use crate::{
    ids::{AgendaItemId, DelegateId, PointId, ProxyId},
    meeting::{Officers, Person, Place},
};

pub struct Names<'a> {
    points: HashMap<&'a PointId, &'a PointRow>,
    delegates: HashMap<&'a DelegateId, &'a DelegateRow>,
    proxies: HashMap<ProxyId, &'a ProxyRow>,
    items: HashMap<AgendaItemId, &'a AgendaRow>,
    point_names: &'a HashMap<PointId, String>,
    officers: &'a Officers,
    hub: &'a PointId,
}

impl Report {
    pub fn names(&self) -> Names<'_> {
        Names {
            points: self.points.iter().map(|row| (&row.point, row)).collect(),
            delegates: self.delegates.iter().map(|row| (&row.delegate, row)).collect(),
            proxies: self.proxies.iter().map(|row| (row.proxy, row)).collect(),
            items: self.agenda.iter().map(|row| (row.item, row)).collect(),
            point_names: &self.point_names,
            officers: &self.meeting.officers,
            hub: &self.meeting.hub,
        }
    }
}

impl<'a> Names<'a> {
    pub fn point(&self, id: &PointId) -> Option<&'a PointRow> {
        self.points.get(id).copied()
    }

    /// What a point or a unit is called, also one of which an extract has no row; its code where it has no name.
    pub fn point_name(&self, id: &PointId) -> String {
        self.point_names.get(id).cloned().unwrap_or_else(|| id.to_string())
    }

    pub fn delegate(&self, id: &DelegateId) -> Option<&'a DelegateRow> {
        self.delegates.get(id).copied()
    }

    pub fn proxy(&self, id: ProxyId) -> Option<&'a ProxyRow> {
        self.proxies.get(&id).copied()
    }

    pub fn item(&self, id: AgendaItemId) -> Option<&'a AgendaRow> {
        self.items.get(&id).copied()
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
            Place::Hub | Place::Chair | Place::Secretary | Place::Technician => self.point(self.hub),
            Place::Point(point) => self.point(point),
            Place::Delegate(delegate) => self.point(&self.delegate(delegate)?.point),
            Place::Observer(_) => None,
        }
    }
}
