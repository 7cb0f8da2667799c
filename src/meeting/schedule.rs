//! Random meetings for the tests: everything that can be asked or seen, by anybody, at any time, sensible or not. What is
//! not refused happens.

use std::{collections::BTreeMap, sync::Arc};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::{
    Actor, AgendaItem, AgendaKind, Command, Conference, Decision, Delegate, DownReason, Electorate, Event, EventBody,
    Fact, Meeting, Microphones, Officers, Person, Phase, Place, PlanRef, Point, Presence, Quorum, Refusal, Rules,
    Speaker, Voter, Voters,
    rules::{self, Who},
    script::plan_ref,
};
use crate::{
    clock::Timestamp,
    ids::{AgendaItemId, DelegateId, ProxyId, RequestId, VoteId},
};

/// When the meetings begin: 08:00 in Việt Nam on 19 October 2021.
const START: Timestamp = Timestamp::from_millis(1_634_605_200_000);

/// What is tried next: after how many seconds, what, by whom, with what.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Negative when the clock was set back.
    pause_s: i8,
    what: u8,
    who: u8,
    a: u8,
    b: u8,
}

/// A whole meeting to try: up to where it goes at once, and the steps after that.
#[derive(Clone, Debug)]
pub struct Schedule {
    opening: u8,
    steps: Vec<Step>,
}

pub fn schedules(steps: std::ops::Range<usize>) -> impl Strategy<Value = Schedule> {
    let pause = prop_oneof![7 => 0..40_i8, 2 => Just(0), 1 => -30..0_i8];
    let step = (pause, 0..ATTEMPTS, any::<u8>(), any::<u8>(), any::<u8>());
    let step = step.prop_map(|(pause_s, what, who, a, b)| Step { pause_s, what, who, a, b });
    (any::<u8>(), prop::collection::vec(step, steps)).prop_map(|(opening, steps)| Schedule { opening, steps })
}

/// The same long schedules at every run.
pub fn same_schedules(count: usize) -> impl Iterator<Item = Schedule> {
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    (0..count).map(move |_| schedules(60..120).new_tree(&mut runner).unwrap().current())
}

/// Something that is tried.
#[derive(Clone, Debug)]
pub enum Attempt {
    Command(Actor, Command),
    Fact(Fact),
    /// The plan becomes another one.
    Plan(&'static Meeting),
}

/// A meeting in which all of that was tried so far.
pub struct Played {
    /// Every version of the plan, in order; the last one holds.
    pub plans: Vec<(Arc<Meeting>, PlanRef)>,
    pub conference: Conference,
    pub events: Vec<Event>,
    /// What was put into the boxes of secret votes, as the database keeps it beside the events.
    pub boxes: BTreeMap<VoteId, BTreeMap<u8, u32>>,
    pub now: Timestamp,
}

/// Plays a schedule. `watch` sees the meeting after each attempt, and what came of that.
pub fn play(
    schedule: &Schedule,
    mut watch: impl FnMut(&Played, &Attempt, &Result<(), Refusal>) -> Result<(), TestCaseError>,
) -> Result<Played, TestCaseError> {
    let plan = Arc::new(plans()[0].clone());
    let mut played = Played {
        conference: Conference::new(plan.clone(), plan_ref(1)),
        plans: vec![(plan, plan_ref(1))],
        events: Vec::new(),
        boxes: BTreeMap::new(),
        now: START,
    };
    let hub = || Actor::Seat(Place::Hub);
    let opening = [Command::Publish, Command::BeginLineCheck];
    // Of eight meetings one is left a draft, and one is only published.
    let begun = match schedule.opening % 8 {
        0 => 0,
        1 => 1,
        _ => 2,
    };
    for command in opening.into_iter().take(begun) {
        let attempt = Attempt::Command(hub(), command);
        let outcome = played.attempt(&attempt);
        watch(&played, &attempt, &outcome)?;
    }
    for step in &schedule.steps {
        played.now = played.now.plus_millis(i64::from(step.pause_s) * 1000);
        let attempt = played.choose(step);
        let outcome = played.attempt(&attempt);
        watch(&played, &attempt, &outcome)?;
    }
    Ok(played)
}

impl Played {
    pub fn plan(&self) -> &Meeting {
        &self.plans.last().unwrap().0
    }

    /// The meeting as a restart finds it: by its events and what lies in the boxes.
    pub fn replayed(&self) -> Conference {
        let (plan, plan_ref) = self.plans.last().unwrap().clone();
        let mut replayed = Conference::replay(plan, plan_ref, &self.events);
        for (vote, counts) in &self.boxes {
            replayed.fill_box(*vote, counts);
        }
        replayed
    }

    fn happen(&mut self, actor: &Actor, bodies: Vec<EventBody>) {
        for body in bodies {
            let (seq, at) = (self.conference.last_seq() + 1, self.conference.instant(self.now));
            let event = Event { seq, at, actor: actor.clone(), body };
            self.conference.apply(&event);
            self.events.push(event);
        }
    }

    fn attempt(&mut self, attempt: &Attempt) -> Result<(), Refusal> {
        match attempt {
            Attempt::Command(actor, command) => {
                let Decision { events, ballot } = self.conference.decide(self.now, actor, command)?;
                self.happen(actor, events);
                if let Some((vote, choice)) = ballot {
                    self.conference.drop_into_box(vote, choice);
                    *self.boxes.entry(vote).or_default().entry(choice).or_default() += 1;
                }
            }
            Attempt::Fact(fact) => {
                let bodies = self.conference.observe(fact);
                self.happen(&Actor::System, bodies);
            }
            // Nobody changes the plan of a meeting that is closed.
            Attempt::Plan(_) if self.conference.phase() == Phase::Closed => {}
            Attempt::Plan(plan) => {
                let (plan, plan_ref) =
                    (Arc::new(Meeting::clone(plan)), plan_ref(self.plans.last().unwrap().1.version + 1));
                self.plans.push((plan.clone(), plan_ref.clone()));
                self.conference.set_plan(plan, plan_ref.clone());
                let bodies = self.conference.observe(&Fact::PlanChanged(plan_ref));
                self.happen(&Actor::Administrator("a".to_owned()), bodies);
            }
        }
        Ok(())
    }

    fn choose(&self, step: &Step) -> Attempt {
        let Step { what, who, a, b, .. } = *step;
        let mut left = what;
        let (what, _) = WEIGHTS
            .iter()
            .find(|(_, weight)| {
                let found = left < *weight;
                left = left.saturating_sub(*weight);
                found
            })
            .expect("it is less than all weights together");
        let place = || pick(&self.places(), a).clone();
        let connection = || pick(&["a", "b", "c"], b).parse().unwrap();
        // Beyond the event that tells of it, too: what a client says is believed within reason only.
        let some_time_ago = self.now.plus_millis((i64::from(b) - 5) * -1000);
        match *what {
            "LINE UP" => {
                let device = pick(&["Chrome", "Firefox", ""], b).to_string();
                Attempt::Fact(Fact::LineUp { place: place(), connection: connection(), device })
            }
            "LINE DOWN" => {
                let connected: Vec<_> = self.conference.lines().connections().collect();
                let (place, connection) =
                    if connected.is_empty() { (place(), connection()) } else { pick(&connected, a).clone() };
                let reasons = [
                    DownReason::Lost,
                    DownReason::Left,
                    DownReason::Replaced,
                    DownReason::Removed,
                    DownReason::MediaFailed,
                    DownReason::ServerStopped,
                    DownReason::Lost,
                ];
                Attempt::Fact(Fact::LineDown {
                    place,
                    connection,
                    reason: *pick(&reasons, b),
                    last_heard: some_time_ago,
                })
            }
            "CRASH" => Attempt::Fact(Fact::Recovered { last_known: some_time_ago }),
            "NEW PLAN" => Attempt::Plan(pick(plans(), a)),
            "INVITE" if b.is_multiple_of(2) => Attempt::Fact(Fact::InviteIssued(place())),
            "INVITE" => Attempt::Fact(Fact::InviteRevoked(place())),
            name => {
                let command = self.command(name, a, b);
                Attempt::Command(self.actor(who, &command), command)
            }
        }
    }

    /// Everybody there is, and somebody whom no plan has.
    fn places(&self) -> Vec<Place> {
        let points = plans()[0].points.iter().map(|point| Place::Point(point.id.clone())).collect::<Vec<_>>();
        let delegates = ["d1", "d4", "d6"].map(|id| Place::Delegate(id.parse().unwrap()));
        let hosts = [Place::Hub, Place::Chair, Place::Secretary, Place::Technician];
        let others = [Place::Observer("o".parse().unwrap()), Place::Point("999".parse().unwrap())];
        // Points are what most of it is about.
        points.iter().cloned().chain(points.iter().cloned()).chain(delegates).chain(hosts).chain(others).collect()
    }

    fn delegates(&self) -> Vec<DelegateId> {
        let known = self.conference.roll().delegates(self.plan()).map(|delegate| delegate.id.clone());
        known.chain(["stranger".parse().unwrap()]).collect()
    }

    /// Mostly somebody who may give the command, else anybody.
    fn actor(&self, who: u8, command: &Command) -> Actor {
        let anybody = || match who % 16 {
            0 => Actor::System,
            1 => Actor::Administrator("a".to_owned()),
            _ => Actor::Seat(pick(&self.places(), who / 16 * 7 + who % 16).clone()),
        };
        if who >= 200 {
            return anybody();
        }
        let roll = self.conference.roll();
        let room = |delegate: &DelegateId| roll.delegate(self.plan(), delegate).map(|one| one.point.clone());
        let own = match command {
            Command::CallRoll { delegate, .. } | Command::RequestProxy { delegate, .. } => room(delegate),
            Command::CastBallot { voter: Voter::Delegate(delegate), .. } => room(delegate),
            Command::CastBallot { voter: Voter::Point(point), .. }
            | Command::AddDelegate { point, .. }
            | Command::ReportLine { point, .. } => Some(point.clone()),
            _ => None,
        };
        let floor = self.conference.floor();
        let place = match pick(rules::rule_of(command).who, who) {
            Who::Administrator => return Actor::Administrator("a".to_owned()),
            Who::Presiding => self.conference.presiding(),
            Who::Hub => Place::Hub,
            Who::Chair => Place::Chair,
            Who::Secretary => Place::Secretary,
            Who::Technician => Place::Technician,
            Who::Speaker => floor.holder.as_ref().map_or(Place::Hub, |turn| turn.place.clone()),
            Who::Clerk => match (own, command) {
                (Some(point), _) if point == self.plan().hub => Place::Hub,
                (Some(point), _) => Place::Point(point),
                (None, Command::WithdrawRequest { request }) => {
                    floor.waiting(*request).map_or(Place::Hub, |waiting| waiting.place.clone())
                }
                (None, _) => {
                    let connected = self.conference.lines().up().map(|(place, _)| place);
                    let connected: Vec<&Place> = connected.filter(|place| matches!(place, Place::Point(_))).collect();
                    if connected.is_empty() { Place::Hub } else { (*pick(&connected, who / 8)).clone() }
                }
            },
            Who::Delegate => match command {
                Command::CheckIn { delegate } | Command::CastBallot { voter: Voter::Delegate(delegate), .. } => {
                    Place::Delegate(delegate.clone())
                }
                _ => Place::Delegate(pick(&["d1", "d4", "d6"], who).parse().unwrap()),
            },
        };
        Actor::Seat(place)
    }

    fn command(&self, name: &str, a: u8, b: u8) -> Command {
        let place = || pick(&self.places(), a).clone();
        let delegate = || pick(&self.delegates(), a).clone();
        let point = || pick(&plans()[0].points, a).id.clone();
        let item = || match self.conference.agenda().current().next() {
            Some(item) if a.is_multiple_of(2) => item,
            _ => AgendaItemId(u32::from(a % 3) + 1),
        };
        let text = |some: &str| if b.is_multiple_of(16) { String::new() } else { some.to_owned() };
        let floor = self.conference.floor();
        let request = |number: u8| {
            let waiting: Vec<_> = floor.queue.iter().map(|waiting| waiting.request).collect();
            if waiting.is_empty() || number > 240 { RequestId(u32::from(number)) } else { *pick(&waiting, number) }
        };
        let proxy = || {
            let asked: Vec<ProxyId> = self.conference.roll().proxies().map(|(id, _)| id).collect();
            if asked.is_empty() || a > 240 { ProxyId(u32::from(a)) } else { *pick(&asked, a) }
        };
        let speaker = || match b % 3 {
            0 => Speaker { delegate: Some(pick(&self.delegates(), a / 3).clone()), name: String::new() },
            _ => Speaker { delegate: None, name: text("Ma Thị Bình") },
        };
        let presence = || match b % 8 {
            0..=2 => Presence::Present,
            3 => Presence::Left,
            4 => Presence::Absent,
            5 => Presence::Excused { reason: text("ốm") },
            _ => Presence::Proxy { proxy: proxy() },
        };
        let vote = || match self.conference.votes().current() {
            Some(vote) if a < 240 => vote.id,
            _ => VoteId(u32::from(a % 4)),
        };
        match name {
            "publish" => Command::Publish,
            "withdraw" => Command::Withdraw { reason: text("hoãn") },
            "begin-line-check" => Command::BeginLineCheck,
            "open" => Command::Open,
            "pause" => Command::Pause { reason: text("giải lao") },
            "close" => Command::Close,
            "resume" => Command::Resume,
            "report-line" => Command::ReportLine {
                point: point(),
                picture: b.is_multiple_of(2),
                sound: b.is_multiple_of(3),
                note: text("mờ"),
                measured: None,
            },
            "hand-over" => Command::HandOver { to: place() },
            "take-over" => Command::TakeOver,
            "mute-all" => Command::MuteAll,
            "mute" => Command::Mute { place: place() },
            "ask-unmute" => Command::AskUnmute { place: place() },
            "spotlight" => Command::Spotlight { place: (b > 60).then(place) },
            "remove" => Command::Remove { place: place(), reason: text("ồn") },
            "readmit" => {
                Command::Readmit { place: self.conference.removed().iter().next().cloned().unwrap_or_else(place) }
            }
            "lock" => Command::Lock,
            "unlock" => Command::Unlock,
            // Every other time what is written to all is said by whoever it is.
            "announce" if b.is_multiple_of(2) => Command::Say { text: text("Xin chào") },
            "announce" => Command::Announce { text: text("Chú ý") },
            "start-item" => Command::StartItem { item: item() },
            "finish-item" => Command::FinishItem { item: item() },
            "request-floor" => Command::RequestFloor { speaker: speaker(), subject: text("một cửa") },
            "withdraw-request" => Command::WithdrawRequest { request: request(a) },
            "grant-floor" => Command::GrantFloor { request: request(a), seconds: u32::from(b) },
            "give-floor" => Command::GiveFloor {
                place: place(),
                speaker: Speaker { delegate: None, name: text("Ma Thị Bình") },
                subject: String::new(),
                seconds: u32::from(b) * 100,
            },
            "extend-floor" => Command::ExtendFloor { seconds: u32::from(b) },
            "return-floor" => Command::ReturnFloor,
            "take-floor-back" => Command::TakeFloorBack,
            "skip-request" => Command::SkipRequest { request: request(a), reason: text("hết giờ") },
            "move-request" => Command::MoveRequest { request: request(a), before: (b > 60).then(|| request(b)) },
            "check-in" => Command::CheckIn { delegate: delegate() },
            "call-roll" => Command::CallRoll { delegate: delegate(), presence: presence() },
            "add-delegate" => {
                Command::AddDelegate { name: text("Khách"), title: String::new(), unit: point(), point: point() }
            }
            "correct-roll" => {
                let roll = self.conference.roll();
                let standing: Vec<u64> =
                    self.delegates().iter().flat_map(|id| roll.marks(id)).map(|mark| mark.seq).collect();
                let corrects = if standing.is_empty() || a > 240 { u64::from(a) } else { *pick(&standing, a) };
                Command::CorrectRoll { corrects, presence: presence(), reason: text("ghi nhầm") }
            }
            "request-proxy" => Command::RequestProxy {
                delegate: delegate(),
                substitute: Person { name: text("Vũ Đình Khôi"), title: String::new(), phone: String::new() },
                reason: text("bận"),
            },
            "approve-proxy" => Command::ApproveProxy { proxy: proxy() },
            "refuse-proxy" => Command::RefuseProxy { proxy: proxy(), reason: text("phải dự") },
            "open-vote" => Command::OpenVote {
                question: text("Thông qua?"),
                options: pick(&[&["A", "B"][..], &["A", "B", "C"], &["A", "A"], &["A"]], b / 16)
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                secret: a.is_multiple_of(2),
                by: if b.is_multiple_of(2) { Voters::Delegates } else { Voters::Points },
                needs_quorum: a.is_multiple_of(3),
            },
            "cast-ballot" => {
                let by_points = self.conference.votes().current().is_some_and(|vote| vote.by == Voters::Points);
                let mut voters = self.delegates();
                voters.retain(|id| a > 200 || self.conference.roll().is_here(id));
                let delegate = if voters.is_empty() { delegate() } else { pick(&voters, a).clone() };
                let voter = if by_points == (b < 240) { Voter::Point(point()) } else { Voter::Delegate(delegate) };
                Command::CastBallot { vote: vote(), voter, choice: b % 3 }
            }
            "close-vote" => Command::CloseVote { vote: vote() },
            "cancel-vote" => Command::CancelVote { vote: vote(), reason: text("thôi") },
            _ => panic!("there is no command {name}"),
        }
    }
}

/// What is tried, and how often: what the server sees happen, then the commands by their names.
const WEIGHTS: &[(&str, u8)] = &[
    ("LINE UP", 30),
    ("LINE DOWN", 10),
    ("CRASH", 1),
    ("NEW PLAN", 1),
    ("INVITE", 1),
    ("publish", 1),
    ("withdraw", 1),
    ("begin-line-check", 2),
    ("open", 3),
    ("pause", 1),
    ("resume", 6),
    ("close", 1),
    ("report-line", 1),
    ("hand-over", 1),
    ("take-over", 2),
    ("mute-all", 1),
    ("mute", 1),
    ("ask-unmute", 1),
    ("spotlight", 1),
    ("remove", 1),
    ("readmit", 2),
    ("lock", 1),
    ("unlock", 1),
    ("announce", 1),
    ("start-item", 2),
    ("finish-item", 4),
    ("request-floor", 7),
    ("withdraw-request", 1),
    ("grant-floor", 3),
    ("give-floor", 2),
    ("extend-floor", 1),
    ("return-floor", 1),
    ("take-floor-back", 1),
    ("skip-request", 1),
    ("move-request", 4),
    ("check-in", 1),
    ("call-roll", 21),
    ("add-delegate", 1),
    ("correct-roll", 6),
    ("request-proxy", 3),
    ("approve-proxy", 3),
    ("refuse-proxy", 1),
    ("open-vote", 3),
    ("cast-ballot", 18),
    ("close-vote", 2),
    ("cancel-vote", 1),
];

const ATTEMPTS: u8 = {
    let (mut all, mut index) = (0, 0);
    while index < WEIGHTS.len() {
        all += WEIGHTS[index].1;
        index += 1;
    }
    all
};

fn pick<T>(from: &[T], number: u8) -> &T {
    &from[usize::from(number) % from.len()]
}

fn point(id: &str, parent: Option<&str>) -> Point {
    Point {
        id: id.parse().unwrap(),
        parent: parent.map(|parent| parent.parse().unwrap()),
        level: "Xã".to_owned(),
        name: format!("Đơn vị {id}"),
        room: String::new(),
    }
}

/// What the plan is, and what it may become: another quorum, another officer, fewer points, other delegates.
fn plans() -> &'static [Meeting; 3] {
    static PLANS: std::sync::OnceLock<[Meeting; 3]> = std::sync::OnceLock::new();
    PLANS.get_or_init(|| {
        let first = first_plan();
        let mut second = first.clone();
        second.points.retain(|point| point.id.as_str() != "070");
        second.delegates.retain(|one| !["d2", "d6", "d7"].contains(&one.id.as_str()));
        second.delegates.push(delegate("d8", "02242", "071"));
        second.officers.chair = None;
        second.rules.quorum = Some(Quorum { of: Electorate::Units, percent: 60 });
        let mut third = first.clone();
        third.officers.technician = None;
        third.agenda.remove(0);
        third.rules = Rules { late_after_minutes: 0, quorum: None, microphones: Microphones::Free, ..third.rules };
        [first, second, third]
    })
}

fn delegate(id: &str, unit: &str, point: &str) -> Delegate {
    Delegate {
        id: id.parse().unwrap(),
        // Namesakes are normal.
        name: "Nguyễn Văn An".to_owned(),
        title: String::new(),
        unit: unit.parse().unwrap(),
        point: point.parse().unwrap(),
    }
}

fn first_plan() -> Meeting {
    let person = || Some(Person { name: "Ma Văn Lập".to_owned(), title: String::new(), phone: String::new() });
    let item = |id| AgendaItem {
        id: AgendaItemId(id),
        kind: AgendaKind::Report,
        title: "Báo cáo".to_owned(),
        presenter: String::new(),
        point: None,
        minutes: 5,
        documents: Vec::new(),
    };
    Meeting {
        id: "m".parse().unwrap(),
        number: String::new(),
        title: "Hội nghị".to_owned(),
        zone: "Asia/Ho_Chi_Minh".to_owned(),
        starts_at: START,
        hub: "08".parse().unwrap(),
        officers: Officers { chair: person(), secretary: person(), technician: person() },
        points: vec![
            point("08", None),
            point("071", Some("08")),
            point("02233", Some("071")),
            point("02242", Some("071")),
            point("070", Some("08")),
        ],
        delegates: vec![
            delegate("d1", "071", "071"),
            delegate("d2", "071", "071"),
            // They sit in the room of the district, and one unit is no point.
            delegate("d3", "02233", "071"),
            delegate("d4", "02251", "071"),
            delegate("d5", "02242", "02242"),
            delegate("d6", "070", "070"),
            delegate("d7", "08", "08"),
        ],
        agenda: vec![item(1), item(2)],
        rules: Rules {
            late_after_minutes: 1,
            quorum: Some(Quorum { of: Electorate::Delegates, percent: 50 }),
            ..Rules::default()
        },
    }
}
