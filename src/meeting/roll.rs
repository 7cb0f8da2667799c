//! The roll call: who is confirmed present, by whom, and what was corrected. A connected line says nothing here.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Actor, Delegate, Meeting, Person, Presence};
use crate::{
    clock::Timestamp,
    ids::{DelegateId, ProxyId},
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    marks: BTreeMap<DelegateId, Vec<Mark>>,
    checked_in: BTreeMap<DelegateId, Timestamp>,
    /// Those who came though nobody expected them.
    added: Vec<Delegate>,
    proxies: BTreeMap<ProxyId, Proxy>,
}

/// What was said of a delegate at one time, as it stands after all corrections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// The event that stands: the roll call, or its last correction. A further correction names it.
    pub seq: u64,
    /// When the roll was called; a correction does not change that.
    pub at: Timestamp,
    pub presence: Presence,
    pub by: Actor,
    /// The reason of the last correction.
    pub corrected: Option<String>,
}

/// A request that somebody may come in a delegate's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proxy {
    pub delegate: DelegateId,
    pub substitute: Person,
    pub reason: String,
    pub answer: ProxyAnswer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ProxyAnswer {
    Pending,
    Approved,
    Refused { reason: String },
}

impl Presence {
    /// Whether somebody sits there: the delegate, or whom the chair approved in the delegate's place.
    pub fn is_here(&self) -> bool {
        matches!(self, Presence::Present | Presence::Proxy { .. })
    }
}

impl Roll {
    /// Everything said of a delegate, in order.
    pub fn marks(&self, delegate: &DelegateId) -> &[Mark] {
        self.marks.get(delegate).map_or(&[], Vec::as_slice)
    }

    /// What holds of a delegate; none before the roll is called.
    pub fn standing(&self, delegate: &DelegateId) -> Option<&Mark> {
        self.marks(delegate).last()
    }

    pub fn is_here(&self, delegate: &DelegateId) -> bool {
        self.standing(delegate).is_some_and(|mark| mark.presence.is_here())
    }

    /// When somebody was first confirmed to sit there. Who is called absent or excused after that was not there: the
    /// clerk took it back. Who went is called left, and was there.
    pub fn first_here(&self, delegate: &DelegateId) -> Option<Timestamp> {
        self.marks(delegate).iter().fold(None, |first, mark| match mark.presence {
            Presence::Present | Presence::Proxy { .. } => first.or(Some(mark.at)),
            Presence::Left => first,
            Presence::Absent | Presence::Excused { .. } => None,
        })
    }

    /// When the delegate said so on their own phone; it is no presence.
    pub fn checked_in(&self, delegate: &DelegateId) -> Option<Timestamp> {
        self.checked_in.get(delegate).copied()
    }

    pub fn added(&self) -> &[Delegate] {
        &self.added
    }

    pub fn proxies(&self) -> impl Iterator<Item = (ProxyId, &Proxy)> {
        self.proxies.iter().map(|(id, proxy)| (*id, proxy))
    }

    pub fn proxy(&self, id: ProxyId) -> Option<&Proxy> {
        self.proxies.get(&id)
    }

    /// Whether a proxy for the delegate waits for an answer or was approved.
    pub fn has_proxy(&self, delegate: &DelegateId) -> bool {
        self.proxies
            .values()
            .any(|proxy| proxy.delegate == *delegate && !matches!(proxy.answer, ProxyAnswer::Refused { .. }))
    }

    /// Whether the chair approved this proxy for this delegate.
    pub fn is_approved(&self, id: ProxyId, delegate: &DelegateId) -> bool {
        self.proxy(id).is_some_and(|proxy| proxy.delegate == *delegate && proxy.answer == ProxyAnswer::Approved)
    }

    pub fn is_pending(&self, id: ProxyId) -> bool {
        self.proxy(id).is_some_and(|proxy| proxy.answer == ProxyAnswer::Pending)
    }

    /// The delegate of whom the event `seq` says what stands.
    pub fn marked_by(&self, seq: u64) -> Option<&DelegateId> {
        self.marks.iter().find(|(_, marks)| marks.iter().any(|mark| mark.seq == seq)).map(|(delegate, _)| delegate)
    }

    /// A delegate of the plan, or one who was added.
    pub fn delegate<'a>(&'a self, meeting: &'a Meeting, id: &DelegateId) -> Option<&'a Delegate> {
        meeting.delegate(id).or_else(|| self.added.iter().find(|delegate| delegate.id == *id))
    }

    /// Those of the plan, then those who were added.
    pub fn delegates<'a>(&'a self, meeting: &'a Meeting) -> impl Iterator<Item = &'a Delegate> {
        meeting.delegates.iter().chain(&self.added)
    }

    pub(super) fn next_proxy(&self) -> ProxyId {
        ProxyId(self.proxies.last_key_value().map_or(0, |(last, _)| last.0).saturating_add(1))
    }

    pub(super) fn add(&mut self, delegate: Delegate) {
        self.added.push(delegate);
    }

    pub(super) fn check_in(&mut self, delegate: DelegateId, at: Timestamp) {
        self.checked_in.entry(delegate).or_insert(at);
    }

    pub(super) fn call(&mut self, delegate: DelegateId, mark: Mark) {
        self.marks.entry(delegate).or_default().push(mark);
    }

    pub(super) fn correct(
        &mut self,
        delegate: &DelegateId,
        corrects: u64,
        seq: u64,
        presence: Presence,
        by: Actor,
        reason: String,
    ) {
        let marks = self.marks.get_mut(delegate);
        if let Some(mark) = marks.and_then(|marks| marks.iter_mut().find(|mark| mark.seq == corrects)) {
            *mark = Mark { seq, at: mark.at, presence, by, corrected: Some(reason) };
        }
    }

    pub(super) fn ask_proxy(&mut self, id: ProxyId, proxy: Proxy) {
        self.proxies.insert(id, proxy);
    }

    pub(super) fn answer_proxy(&mut self, id: ProxyId, answer: ProxyAnswer) {
        if let Some(proxy) = self.proxies.get_mut(&id) {
            proxy.answer = answer;
        }
    }
}
