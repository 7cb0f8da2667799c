//! What a command leads to: its events, or a refusal. Nothing is changed here.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Actor, Command, Conference, Decision, Delegate, EventBody, FloorEnd, MAX_DELEGATES, MAX_PHONE_BYTES,
    MAX_TEXT_BYTES, Measured, Person, Place, Presence, Refusal, Speaker, Voter, Voters,
    ballot::OPTIONS,
    check::is_unprintable,
    floor::MAX_WAITING_PER_PLACE,
    rules::{self, Rule, Who},
};
use crate::{
    clock::Timestamp,
    ids::{DelegateId, PointId, RequestId, TurnId, VoteId},
};

/// The longest time box, in seconds.
pub const MAX_TIME_BOX_S: u32 = 4 * 60 * 60;
/// The most that a line check measures.
const MAX_ROUND_TRIP_MS: u32 = 60_000;
const MAX_PER_MILLE: u32 = 1_000;
const MAX_KBPS: u32 = 10_000_000;

impl Conference {
    /// What a command leads to at an instant; nothing is changed.
    ///
    /// # Errors
    /// The [`Refusal`], first of all when [`rules::RULES`] do not allow the command to this actor or in this phase.
    pub fn decide(&self, now: Timestamp, actor: &Actor, command: &Command) -> Result<Decision, Refusal> {
        self.permit(actor, command)?;
        if let Command::CastBallot { vote, voter, choice } = command {
            return self.cast(actor, *vote, voter, *choice);
        }
        let events = match command {
            Command::Publish => vec![EventBody::Published { plan: self.plan.clone() }],
            Command::Withdraw { reason } => vec![EventBody::Withdrawn { reason: optional("reason", reason)? }],
            Command::BeginLineCheck => vec![EventBody::LineCheckBegan],
            Command::Open => vec![EventBody::Opened],
            Command::Pause { reason } => self.pause(reason)?,
            Command::Resume => vec![EventBody::Resumed],
            Command::Close => self.close(),
            Command::ReportLine { point, picture, sound, note, measured } => {
                self.own_room(actor, self.known_point(point)?)?;
                let measured = measured.map(plausible).transpose()?;
                let (point, note) = (point.clone(), optional("note", note)?);
                vec![EventBody::LineChecked { point, picture: *picture, sound: *sound, note, measured }]
            }
            Command::HandOver { to } => self.hand_over(to)?,
            Command::TakeOver => self.take_over(actor)?,
            Command::MuteAll => vec![EventBody::MutedAll],
            Command::Mute { place } => vec![EventBody::Muted { place: self.connected(place)? }],
            Command::AskUnmute { place } => vec![EventBody::UnmuteAsked { place: self.connected(place)? }],
            Command::Spotlight { place } => self.light(place.as_ref())?,
            Command::Remove { place, reason } => self.remove(place, reason)?,
            Command::Readmit { place } => {
                if !self.removed.contains(place) {
                    return Err(Refusal::NotRemoved { place: place.clone() });
                }
                vec![EventBody::Readmitted { place: place.clone() }]
            }
            Command::Lock if self.locked => return Err(Refusal::NoChange),
            Command::Lock => vec![EventBody::Locked],
            Command::Unlock if !self.locked => return Err(Refusal::NoChange),
            Command::Unlock => vec![EventBody::Unlocked],
            Command::Announce { text } => vec![EventBody::Announced { text: required("text", text)? }],
            Command::Say { text } => {
                let text = required("text", text)?;
                if seat_of(actor).is_some_and(|place| !self.messages.is_quiet(place, now)) {
                    return Err(Refusal::TooOften);
                }
                vec![EventBody::Said { text }]
            }
            Command::StartItem { item } => {
                self.meeting.agenda_item(*item).ok_or(Refusal::UnknownItem { item: *item })?;
                if self.agenda.is_under_way(*item) {
                    return Err(Refusal::ItemStarted { item: *item });
                }
                vec![EventBody::ItemStarted { item: *item }]
            }
            Command::FinishItem { item } => {
                if !self.agenda.is_under_way(*item) {
                    return Err(Refusal::ItemNotStarted { item: *item });
                }
                vec![EventBody::ItemFinished { item: *item }]
            }

            Command::RequestFloor { speaker, subject } => self.request_floor(actor, speaker, subject)?,
            Command::WithdrawRequest { request } => {
                let waiting = self.waiting(*request)?;
                if seat_of(actor) != Some(&waiting.place) {
                    return Err(Refusal::NotPermitted);
                }
                vec![EventBody::FloorWithdrawn { request: *request }]
            }
            Command::GrantFloor { request, seconds } => {
                let waiting = self.waiting(*request)?;
                let (place, speaker) = (waiting.place.clone(), waiting.speaker.clone());
                self.grant(Some(*request), place, speaker, waiting.subject.clone(), *seconds)?
            }
            Command::GiveFloor { place, speaker, subject, seconds } => {
                self.known(place)?;
                let (speaker, subject) = (self.speaker(place, speaker)?, optional("subject", subject)?);
                self.grant(None, place.clone(), speaker, subject, *seconds)?
            }
            Command::ExtendFloor { seconds } => {
                let turn = self.holder()?;
                if self.floor.holder.as_ref().is_some_and(|holder| holder.seconds == 0) {
                    return Err(Refusal::NoChange);
                }
                vec![EventBody::FloorExtended { turn, seconds: time_box(*seconds, 1)? }]
            }
            Command::ReturnFloor => vec![EventBody::FloorEnded { turn: self.holder()?, how: FloorEnd::Returned }],
            Command::TakeFloorBack => {
                vec![EventBody::FloorEnded { turn: self.holder()?, how: FloorEnd::TakenBack }]
            }
            Command::SkipRequest { request, reason } => {
                self.waiting(*request)?;
                vec![EventBody::FloorSkipped { request: *request, reason: optional("reason", reason)? }]
            }
            Command::MoveRequest { request, before } => self.move_request(*request, *before)?,

            Command::CheckIn { delegate } => {
                self.expected(delegate)?;
                if self.roll.checked_in(delegate).is_some() {
                    return Err(Refusal::NoChange);
                }
                vec![EventBody::CheckedIn { delegate: delegate.clone() }]
            }
            Command::CallRoll { delegate, presence } => self.call_roll(actor, delegate, presence)?,
            Command::AddDelegate { name, title, unit, point } => self.add_delegate(actor, name, title, unit, point)?,
            Command::CorrectRoll { corrects, presence, reason } => self.correct_roll(*corrects, presence, reason)?,
            Command::RequestProxy { delegate, substitute, reason } => {
                self.own_room(actor, &self.expected(delegate)?.point)?;
                if self.roll.has_proxy(delegate) {
                    return Err(Refusal::ProxyExists { delegate: delegate.clone() });
                }
                let substitute = Person {
                    name: required("substitute.name", &substitute.name)?,
                    title: optional("substitute.title", &substitute.title)?,
                    phone: short("substitute.phone", &substitute.phone, MAX_PHONE_BYTES)?,
                };
                let (proxy, delegate) = (self.roll.next_proxy(), delegate.clone());
                vec![EventBody::ProxyRequested { proxy, delegate, substitute, reason: optional("reason", reason)? }]
            }
            Command::ApproveProxy { proxy } => {
                self.pending(*proxy)?;
                vec![EventBody::ProxyApproved { proxy: *proxy }]
            }
            Command::RefuseProxy { proxy, reason } => {
                self.pending(*proxy)?;
                vec![EventBody::ProxyRefused { proxy: *proxy, reason: optional("reason", reason)? }]
            }

            Command::OpenVote { question, options, secret, by, needs_quorum } => {
                self.open_vote(question, options, *secret, *by, *needs_quorum)?
            }
            Command::CloseVote { vote } => self.close_vote(*vote)?,
            Command::CancelVote { vote, reason } => {
                self.under_way(*vote)?;
                vec![EventBody::VoteCancelled { vote: *vote, reason: optional("reason", reason)? }]
            }
            // Decided above: it alone may come with a ballot for the box.
            Command::CastBallot { .. } => Vec::new(),
        };
        Ok(Decision { events, ballot: None })
    }

    /// Whether the table allows the command to this actor, and now.
    fn permit(&self, actor: &Actor, command: &Command) -> Result<(), Refusal> {
        let rule = rules::rule_of(command);
        let for_another = matches!(
            (seat_of(actor), command),
            (Some(Place::Delegate(own)), Command::CheckIn { delegate }) if own != delegate
        );
        if for_another || !self.plays(actor, rule) {
            return Err(if rule.who.contains(&Who::Presiding) && seat_of(actor).is_some_and(Place::is_host) {
                Refusal::NotPresiding { presiding: self.presiding() }
            } else {
                Refusal::NotPermitted
            });
        }
        if !rule.phases.contains(&self.phase) {
            return Err(Refusal::WrongPhase { phase: self.phase });
        }
        match seat_of(actor).filter(|place| self.removed.contains(*place)) {
            Some(place) => Err(Refusal::IsRemoved { place: place.clone() }),
            None => Ok(()),
        }
    }

    /// The commands, by their names, that this actor may give as the meeting stands. That one may be given does not mean
    /// that it is taken, whatever it says.
    pub fn may(&self, actor: &Actor) -> Vec<&'static str> {
        if seat_of(actor).is_some_and(|place| self.removed.contains(place)) {
            return Vec::new();
        }
        let now = rules::RULES.iter().filter(|rule| rule.phases.contains(&self.phase) && self.plays(actor, rule));
        now.map(|rule| rule.command).collect()
    }

    fn plays(&self, actor: &Actor, rule: &Rule) -> bool {
        rule.who.iter().any(|who| self.is(actor, *who))
    }

    fn is(&self, actor: &Actor, who: Who) -> bool {
        let Some(place) = seat_of(actor) else {
            return matches!((actor, who), (Actor::Administrator(_), Who::Administrator));
        };
        // A seat that the plan has no more may do nothing.
        self.meeting.has(place)
            && match who {
                Who::Administrator => false,
                Who::Presiding => *place == self.presiding(),
                Who::Hub => *place == Place::Hub,
                Who::Chair => *place == Place::Chair,
                Who::Secretary => *place == Place::Secretary,
                Who::Technician => *place == Place::Technician,
                Who::Clerk => matches!(place, Place::Point(_) | Place::Hub),
                Who::Delegate => matches!(place, Place::Delegate(_)),
                Who::Speaker => self.floor.holder.as_ref().is_some_and(|turn| turn.place == *place),
            }
    }

    // --- the meeting's life ---

    fn pause(&self, reason: &str) -> Result<Vec<EventBody>, Refusal> {
        let paused = EventBody::Paused { reason: optional("reason", reason)? };
        Ok(self.ending(FloorEnd::MeetingPaused).into_iter().chain([paused]).collect())
    }

    fn close(&self) -> Vec<EventBody> {
        let vote = self.votes.current().map(|vote| EventBody::VoteCancelled { vote: vote.id, reason: String::new() });
        let items = self.agenda.current().map(|item| EventBody::ItemFinished { item });
        let floor = self.ending(FloorEnd::MeetingClosed);
        floor.into_iter().chain(vote).chain(items).chain([EventBody::Closed]).collect()
    }

    /// The end of the turn that is under way.
    fn ending(&self, how: FloorEnd) -> Option<EventBody> {
        self.floor.holder.as_ref().map(|turn| EventBody::FloorEnded { turn: turn.turn, how })
    }

    // --- the chair ---

    fn hand_over(&self, to: &Place) -> Result<Vec<EventBody>, Refusal> {
        self.known(to)?;
        if matches!(to, Place::Observer(_) | Place::Delegate(_)) {
            return Err(Refusal::OutOfRange {
                field: "to".to_owned(),
                expected: "a host's seat or a point".to_owned(),
            });
        }
        if *to == self.presiding() {
            return Err(Refusal::NoChange);
        }
        Ok(vec![EventBody::PresidingChanged { to: self.connected(to)?, handed_over: true }])
    }

    fn take_over(&self, actor: &Actor) -> Result<Vec<EventBody>, Refusal> {
        let place = seat_of(actor).ok_or(Refusal::NotPermitted)?;
        let presiding = self.presiding();
        if *place == presiding {
            return Err(Refusal::NoChange);
        }
        if self.lines.is_up(&presiding) {
            return Err(Refusal::StillPresiding { place: presiding });
        }
        Ok(vec![EventBody::PresidingChanged { to: place.clone(), handed_over: false }])
    }

    fn light(&self, place: Option<&Place>) -> Result<Vec<EventBody>, Refusal> {
        if place == self.spotlight.as_ref() {
            return Err(Refusal::NoChange);
        }
        let place = place.map(|place| self.connected(place)).transpose()?;
        Ok(vec![EventBody::Spotlit { place }])
    }

    fn remove(&self, place: &Place, reason: &str) -> Result<Vec<EventBody>, Refusal> {
        self.known(place)?;
        if *place == self.presiding() || *place == Place::Hub {
            return Err(Refusal::NotPermitted);
        }
        if self.removed.contains(place) {
            return Err(Refusal::NoChange);
        }
        let floor = self.ending(FloorEnd::Removed).filter(|_| self.has_floor(place));
        let removed = EventBody::Removed { place: place.clone(), reason: optional("reason", reason)? };
        Ok(floor.into_iter().chain([removed]).collect())
    }

    // --- the floor ---

    fn request_floor(&self, actor: &Actor, speaker: &Speaker, subject: &str) -> Result<Vec<EventBody>, Refusal> {
        let place = seat_of(actor).ok_or(Refusal::NotPermitted)?;
        let (speaker, subject) = (self.speaker(place, speaker)?, optional("subject", subject)?);
        if self.floor.waiting_of(place) >= MAX_WAITING_PER_PLACE {
            return Err(Refusal::TooManyRequests { max: MAX_WAITING_PER_PLACE });
        }
        let request = RequestId(self.floor.last_request.0.saturating_add(1));
        Ok(vec![EventBody::FloorRequested { request, place: self.connected(place)?, speaker, subject }])
    }

    fn move_request(&self, request: RequestId, before: Option<RequestId>) -> Result<Vec<EventBody>, Refusal> {
        self.waiting(request)?;
        if let Some(before) = before {
            self.waiting(before)?;
        }
        // Before itself it stays where it is.
        let to = if before == Some(request) { None } else { self.floor.position(request, before) };
        let from = self.floor.queue.iter().position(|waiting| waiting.request == request);
        if to.is_none() || to == from {
            return Err(Refusal::NoChange);
        }
        Ok(vec![EventBody::FloorMoved { request, before }])
    }

    fn grant(
        &self,
        request: Option<RequestId>,
        place: Place,
        speaker: Speaker,
        subject: String,
        seconds: u32,
    ) -> Result<Vec<EventBody>, Refusal> {
        let place = self.connected(&place)?;
        if matches!(place, Place::Observer(_)) {
            return Err(Refusal::NotPermitted);
        }
        let turn = TurnId(self.floor.last_turn.0.saturating_add(1));
        let granted =
            EventBody::FloorGranted { turn, request, place, speaker, subject, seconds: time_box(seconds, 0)? };
        Ok(self.ending(FloorEnd::PassedOn).into_iter().chain([granted]).collect())
    }

    fn holder(&self) -> Result<TurnId, Refusal> {
        self.floor.holder.as_ref().map(|turn| turn.turn).ok_or(Refusal::NoFloor)
    }

    fn has_floor(&self, place: &Place) -> bool {
        self.floor.holder.as_ref().is_some_and(|turn| turn.place == *place)
    }

    fn waiting(&self, request: RequestId) -> Result<&super::FloorRequest, Refusal> {
        self.floor.waiting(request).ok_or(Refusal::UnknownRequest { request })
    }

    /// Who speaks for a place: one of its delegates by id, or somebody by name.
    fn speaker(&self, place: &Place, speaker: &Speaker) -> Result<Speaker, Refusal> {
        let name = match (&speaker.delegate, place) {
            (Some(delegate), _) => self.expected(delegate)?.name.clone(),
            (None, Place::Delegate(own)) => self.expected(own)?.name.clone(),
            (None, _) => required("speaker.name", &speaker.name)?,
        };
        let own = match place {
            Place::Delegate(own) => Some(own.clone()),
            _ => None,
        };
        if let (Some(point), Some(delegate)) = (self.meeting.point_of(place), &speaker.delegate)
            && self.expected(delegate)?.point != point.id
        {
            return Err(Refusal::NotOfThisPoint { delegate: delegate.clone() });
        }
        Ok(Speaker { delegate: speaker.delegate.clone().or(own), name })
    }

    // --- the roll call ---

    fn call_roll(&self, actor: &Actor, id: &DelegateId, presence: &Presence) -> Result<Vec<EventBody>, Refusal> {
        self.own_room(actor, &self.expected(id)?.point)?;
        let presence = self.presence(id, presence)?;
        if self.roll.standing(id).is_some_and(|mark| mark.presence == presence) {
            return Err(Refusal::NoChange);
        }
        if presence == Presence::Left && !self.roll.is_here(id) {
            return Err(never_here());
        }
        Ok(vec![EventBody::RollCalled { delegate: id.clone(), presence }])
    }

    fn correct_roll(&self, corrects: u64, presence: &Presence, reason: &str) -> Result<Vec<EventBody>, Refusal> {
        let delegate = self.roll.marked_by(corrects).ok_or(Refusal::NothingToCorrect { seq: corrects })?.clone();
        let presence = self.presence(&delegate, presence)?;
        let before = self.roll.marks(&delegate).iter().take_while(|mark| mark.seq != corrects).last();
        let stands = |mark: &super::Mark| mark.seq == corrects && mark.presence == presence;
        if self.roll.marks(&delegate).iter().any(stands) {
            return Err(Refusal::NoChange);
        }
        if presence == Presence::Left && !before.is_some_and(|mark| mark.presence.is_here()) {
            return Err(never_here());
        }
        Ok(vec![EventBody::RollCorrected { corrects, delegate, presence, reason: required("reason", reason)? }])
    }

    fn presence(&self, delegate: &DelegateId, presence: &Presence) -> Result<Presence, Refusal> {
        Ok(match presence {
            Presence::Excused { reason } => Presence::Excused { reason: required("reason", reason)? },
            Presence::Proxy { proxy } if !self.roll.is_approved(*proxy, delegate) => {
                return Err(Refusal::ProxyNotApproved { proxy: *proxy });
            }
            other => other.clone(),
        })
    }

    fn add_delegate(
        &self,
        actor: &Actor,
        name: &str,
        title: &str,
        unit: &PointId,
        point: &PointId,
    ) -> Result<Vec<EventBody>, Refusal> {
        self.own_room(actor, self.known_point(point)?)?;
        self.known_point(unit)?;
        if self.roll.delegates(&self.meeting).count() >= MAX_DELEGATES {
            return Err(Refusal::TooMany { what: "delegates".to_owned() });
        }
        // Numbered, so that the same events come of the same commands.
        let id = (self.roll.added().len() + 1..)
            .filter_map(|number| format!("added-{number}").parse().ok())
            .find(|id| self.roll.delegate(&self.meeting, id).is_none())
            .ok_or_else(|| Refusal::TooMany { what: "delegates".to_owned() })?;
        let (name, title) = (required("name", name)?, optional("title", title)?);
        let delegate = Delegate { id, name, title, unit: unit.clone(), point: point.clone() };
        Ok(vec![EventBody::DelegateAdded { delegate }])
    }

    fn pending(&self, proxy: crate::ids::ProxyId) -> Result<(), Refusal> {
        if self.roll.is_pending(proxy) { Ok(()) } else { Err(Refusal::UnknownProxy { proxy }) }
    }

    fn expected(&self, id: &DelegateId) -> Result<&Delegate, Refusal> {
        self.roll.delegate(&self.meeting, id).ok_or_else(|| Refusal::UnknownDelegate { delegate: id.clone() })
    }

    // --- votes ---

    fn open_vote(
        &self,
        question: &str,
        options: &[String],
        secret: bool,
        by: Voters,
        needs_quorum: bool,
    ) -> Result<Vec<EventBody>, Refusal> {
        if let Some(vote) = self.votes.current() {
            return Err(Refusal::VoteUnderWay { vote: vote.id });
        }
        let question = required("question", question)?;
        let out_of_range = |expected: &str| Refusal::OutOfRange { field: "options".into(), expected: expected.into() };
        if !OPTIONS.contains(&options.len()) {
            return Err(out_of_range("2 to 20 options"));
        }
        let options = options.iter().map(|option| required("options", option)).collect::<Result<Vec<_>, _>>()?;
        if options.iter().collect::<BTreeSet<_>>().len() < options.len() {
            return Err(out_of_range("options that differ"));
        }
        if needs_quorum {
            let expected = "a meeting with a rule for the quorum".to_owned();
            let quorum = self.quorum().ok_or(Refusal::OutOfRange { field: "needsQuorum".to_owned(), expected })?;
            if !quorum.reached {
                let super::QuorumView { present, needed, expected, .. } = quorum;
                return Err(Refusal::NoQuorum { present, needed, expected });
            }
        }
        Ok(vec![EventBody::VoteOpened { vote: self.votes.next_id(), question, options, secret, by, needs_quorum }])
    }

    fn cast(&self, actor: &Actor, id: VoteId, voter: &Voter, choice: u8) -> Result<Decision, Refusal> {
        let vote = self.under_way(id)?;
        let entitled = match (vote.by, voter) {
            (Voters::Delegates, Voter::Delegate(delegate)) => {
                // By the delegate's own device, or by the clerk of the room.
                if seat_of(actor) != Some(&Place::Delegate(delegate.clone())) {
                    self.clerk_of(actor, &self.expected(delegate)?.point)?;
                }
                self.roll.is_here(delegate)
            }
            (Voters::Points, Voter::Point(point)) => {
                self.clerk_of(actor, self.known_point(point)?)?;
                true
            }
            _ => false,
        };
        if !entitled {
            return Err(Refusal::NotEligible);
        }
        if vote.ballots.contains_key(voter) {
            return Err(Refusal::AlreadyVoted);
        }
        if usize::from(choice) >= vote.options.len() {
            return Err(Refusal::UnknownOption { choice });
        }
        let said = (!vote.secret).then_some(choice);
        Ok(Decision {
            events: vec![EventBody::BallotCast { vote: id, voter: voter.clone(), choice: said }],
            ballot: vote.secret.then_some((id, choice)),
        })
    }

    fn close_vote(&self, id: VoteId) -> Result<Vec<EventBody>, Refusal> {
        let vote = self.under_way(id)?;
        let listed: BTreeMap<Voter, bool> = match vote.by {
            Voters::Delegates => {
                let all = self.roll.delegates(&self.meeting);
                all.map(|one| (Voter::Delegate(one.id.clone()), self.roll.is_here(&one.id))).collect()
            }
            Voters::Points => {
                let points = self.meeting.points.iter().map(|point| &point.id);
                points.map(|id| (Voter::Point(id.clone()), self.lines.is_up(&self.room(id)))).collect()
            }
        };
        // Who has voted counts, also when the line is down since, and when the plan has them no more.
        let gone = vote.ballots.keys().filter(|voter| !listed.contains_key(voter)).count();
        let here = listed.iter().filter(|(voter, here)| **here || vote.ballots.contains_key(voter)).count();
        let (eligible, present) = (listed.len() + gone, here + gone);
        let quorum = self.quorum().map(|quorum| quorum.reached);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (eligible, present) = (count(eligible), count(present));
        Ok(vec![EventBody::VoteClosed { vote: id, tally: vote.count(), eligible, present, quorum }])
    }

    fn under_way(&self, id: VoteId) -> Result<&super::Vote, Refusal> {
        self.votes.current().filter(|vote| vote.id == id).ok_or(Refusal::UnknownVote { vote: id })
    }

    // --- places and people ---

    /// The seat of a point's room: the hub's desk stands in the hub's room.
    pub fn room(&self, point: &PointId) -> Place {
        if *point == self.meeting.hub && !self.lines.is_up(&Place::Point(point.clone())) {
            return Place::Hub;
        }
        Place::Point(point.clone())
    }

    /// Refuses a clerk who acts for another room. The hosts act for all.
    fn own_room(&self, actor: &Actor, point: &PointId) -> Result<(), Refusal> {
        match seat_of(actor) {
            Some(Place::Point(own)) if own == point => Ok(()),
            Some(place) if place.is_host() => Ok(()),
            _ => Err(Refusal::NotPermitted),
        }
    }

    /// Refuses everybody but the clerk of a room: nobody votes for another point.
    fn clerk_of(&self, actor: &Actor, point: &PointId) -> Result<(), Refusal> {
        match seat_of(actor) {
            Some(Place::Point(own)) if own == point => Ok(()),
            Some(Place::Hub) if *point == self.meeting.hub => Ok(()),
            _ => Err(Refusal::NotPermitted),
        }
    }

    fn known_point<'a>(&self, point: &'a PointId) -> Result<&'a PointId, Refusal> {
        match self.meeting.point(point) {
            Some(_) => Ok(point),
            None => Err(Refusal::UnknownPlace { place: Place::Point(point.clone()) }),
        }
    }

    fn known(&self, place: &Place) -> Result<(), Refusal> {
        if self.meeting.has(place) { Ok(()) } else { Err(Refusal::UnknownPlace { place: place.clone() }) }
    }

    /// A place whose line is up. One that was removed counts as gone, though its line may take a moment to go down.
    fn connected(&self, place: &Place) -> Result<Place, Refusal> {
        self.known(place)?;
        if self.removed.contains(place) {
            return Err(Refusal::IsRemoved { place: place.clone() });
        }
        if self.lines.is_up(place) { Ok(place.clone()) } else { Err(Refusal::NotConnected { place: place.clone() }) }
    }
}

fn seat_of(actor: &Actor) -> Option<&Place> {
    match actor {
        Actor::Seat(place) => Some(place),
        Actor::System | Actor::Administrator(_) => None,
    }
}

/// Nobody leaves who was not there.
fn never_here() -> Refusal {
    Refusal::OutOfRange { field: "presence".to_owned(), expected: "a delegate who is here".to_owned() }
}

fn time_box(seconds: u32, least: u32) -> Result<u32, Refusal> {
    if (least..=MAX_TIME_BOX_S).contains(&seconds) {
        return Ok(seconds);
    }
    let expected = format!("{least} to {MAX_TIME_BOX_S} seconds");
    Err(Refusal::OutOfRange { field: "seconds".to_owned(), expected })
}

/// Refuses what no line check can have measured.
fn plausible(measured: Measured) -> Result<Measured, Refusal> {
    let Measured { round_trip_ms, loss_up_per_mille, loss_down_per_mille, up_kbps, down_kbps } = measured;
    let fields = [
        ("measured.roundTripMs", round_trip_ms, MAX_ROUND_TRIP_MS),
        ("measured.lossUpPerMille", loss_up_per_mille, MAX_PER_MILLE),
        ("measured.lossDownPerMille", loss_down_per_mille, MAX_PER_MILLE),
        ("measured.upKbps", up_kbps, MAX_KBPS),
        ("measured.downKbps", down_kbps, MAX_KBPS),
    ];
    match fields.into_iter().find(|(_, value, most)| value.is_some_and(|value| value > *most)) {
        Some((field, _, most)) => {
            Err(Refusal::OutOfRange { field: field.to_owned(), expected: format!("0 to {most}") })
        }
        None => Ok(measured),
    }
}

/// A text that may be empty, without space around it.
fn optional(field: &str, text: &str) -> Result<String, Refusal> {
    short(field, text, MAX_TEXT_BYTES)
}

fn short(field: &str, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.len() > max {
        return Err(Refusal::TooLong { field: field.to_owned(), max: u32::try_from(max).unwrap_or(u32::MAX) });
    }
    if is_unprintable(text) {
        return Err(Refusal::Unprintable { field: field.to_owned() });
    }
    Ok(text.to_owned())
}

/// A text that may not be empty.
fn required(field: &str, text: &str) -> Result<String, Refusal> {
    let text = optional(field, text)?;
    if text.is_empty() { Err(Refusal::Empty { field: field.to_owned() }) } else { Ok(text) }
}
