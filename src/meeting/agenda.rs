//! The agenda's course: which item is under way, which are done, when.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{clock::Timestamp, ids::AgendaItemId};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Agenda(BTreeMap<AgendaItemId, Course>);

/// When an item was dealt with. One that is started again goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Course {
    pub started: Timestamp,
    pub finished: Option<Timestamp>,
}

impl Agenda {
    pub fn course(&self, item: AgendaItemId) -> Option<Course> {
        self.0.get(&item).copied()
    }

    pub fn is_under_way(&self, item: AgendaItemId) -> bool {
        self.course(item).is_some_and(|course| course.finished.is_none())
    }

    /// The items under way.
    pub fn current(&self) -> impl Iterator<Item = AgendaItemId> {
        self.0.iter().filter(|(_, course)| course.finished.is_none()).map(|(item, _)| *item)
    }

    pub(super) fn start(&mut self, item: AgendaItemId, at: Timestamp) {
        let course = self.0.entry(item).or_insert(Course { started: at, finished: None });
        course.finished = None;
    }

    pub(super) fn finish(&mut self, item: AgendaItemId, at: Timestamp) {
        if let Some(course) = self.0.get_mut(&item) {
            course.finished = Some(at);
        }
    }
}
