//! Who may ask what, and when: the one table of the meeting. The same table stands in `RULES.md`.

use std::fmt::Write;

use super::{Command, Phase};

/// Who may give a command; one of those named is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// An administrator of the server.
    Administrator,
    /// The seat that presides, wherever it is.
    Presiding,
    /// The hub's desk.
    Hub,
    /// The chair's own seat, whoever presides.
    Chair,
    Secretary,
    Technician,
    /// A point, for its own room. The hub's desk is the clerk of the hub's room.
    Clerk,
    /// A delegate's own device, for that delegate.
    Delegate,
    /// Whoever has the floor.
    Speaker,
}

/// When and by whom a command may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub command: &'static str,
    pub phases: &'static [Phase],
    pub who: &'static [Who],
}

use Phase::{Closed, Draft, LineCheck, Open, Paused, Published};
use Who::{Administrator, Chair, Clerk, Delegate, Hub, Presiding, Secretary, Speaker, Technician};

const BEFORE: &[Phase] = &[Published, LineCheck];
/// From the publication to the close.
const LIVE: &[Phase] = &[Published, LineCheck, Open, Paused];
/// While sound goes through the floor.
const HEARD: &[Phase] = &[LineCheck, Open];
const HELD: &[Phase] = &[LineCheck, Open, Paused];
const UNDER_WAY: &[Phase] = &[Open, Paused];
const HOSTS: &[Who] = &[Presiding, Hub, Secretary, Technician];
const SETTERS: &[Who] = &[Administrator, Presiding, Hub, Secretary];
const CONTROL: &[Who] = &[Presiding, Technician];
const ROLL: &[Who] = &[Clerk, Hub, Secretary];
const PRESIDES: &[Who] = &[Presiding];

const fn rule(command: &'static str, phases: &'static [Phase], who: &'static [Who]) -> Rule {
    Rule { command, phases, who }
}

/// The table.
pub const RULES: &[Rule] = &[
    rule("publish", &[Draft], SETTERS),
    rule("withdraw", &[Published], SETTERS),
    rule("begin-line-check", &[Published], HOSTS),
    rule("open", BEFORE, PRESIDES),
    rule("pause", &[Open], PRESIDES),
    rule("resume", &[Paused], PRESIDES),
    rule("close", HELD, &[Administrator, Presiding]),
    rule("report-line", LIVE, &[Clerk, Hub, Secretary, Technician]),
    rule("hand-over", LIVE, PRESIDES),
    rule("take-over", LIVE, &[Chair, Hub, Secretary]),
    rule("mute-all", HELD, CONTROL),
    rule("mute", HELD, CONTROL),
    rule("ask-unmute", HELD, CONTROL),
    rule("spotlight", HELD, CONTROL),
    rule("remove", LIVE, CONTROL),
    rule("readmit", LIVE, CONTROL),
    rule("lock", HELD, CONTROL),
    rule("unlock", HELD, CONTROL),
    rule("announce", LIVE, HOSTS),
    rule("say", LIVE, &[Presiding, Hub, Chair, Secretary, Technician, Clerk, Delegate]),
    rule("start-item", &[Open], &[Presiding, Secretary]),
    rule("finish-item", &[Open], &[Presiding, Secretary]),
    rule("request-floor", HEARD, &[Clerk, Delegate, Hub]),
    rule("withdraw-request", HELD, &[Clerk, Delegate, Hub]),
    rule("grant-floor", HEARD, PRESIDES),
    rule("give-floor", HEARD, PRESIDES),
    rule("extend-floor", HEARD, PRESIDES),
    rule("return-floor", HEARD, &[Speaker]),
    rule("take-floor-back", HEARD, PRESIDES),
    rule("skip-request", HELD, PRESIDES),
    rule("move-request", HELD, PRESIDES),
    rule("check-in", LIVE, &[Delegate]),
    rule("call-roll", HELD, ROLL),
    rule("add-delegate", HELD, ROLL),
    rule("correct-roll", &[LineCheck, Open, Paused, Closed], &[Hub, Secretary]),
    rule("request-proxy", LIVE, ROLL),
    rule("approve-proxy", LIVE, PRESIDES),
    rule("refuse-proxy", LIVE, PRESIDES),
    rule("open-vote", &[Open], PRESIDES),
    rule("cast-ballot", &[Open], &[Clerk, Delegate]),
    rule("close-vote", UNDER_WAY, PRESIDES),
    rule("cancel-vote", UNDER_WAY, PRESIDES),
];

/// The rule for a command.
pub fn rule_of(command: &Command) -> &'static Rule {
    static NOBODY: Rule = rule("", &[], &[]);
    let name = command.name();
    // A command without a rule is allowed to nobody; a test sees that there is none.
    RULES.iter().find(|rule| rule.command == name).unwrap_or(&NOBODY)
}

/// The table as it stands in the documentation.
pub fn table() -> String {
    let mut text = String::from("| command | while the meeting is | by |\n|---|---|---|\n");
    for Rule { command, phases, who } in RULES {
        let phases: Vec<String> = phases.iter().map(ToString::to_string).collect();
        let who: Vec<&str> = who.iter().map(|who| who.words()).collect();
        // Writing to a text does not fail.
        let _ = writeln!(text, "| `{command}` | {} | {} |", phases.join(", "), who.join(", "));
    }
    text
}

impl Who {
    fn words(self) -> &'static str {
        match self {
            Administrator => "administrator",
            Presiding => "who presides",
            Hub => "hub",
            Chair => "chair",
            Secretary => "secretary",
            Technician => "technician",
            Clerk => "point, for its own room",
            Delegate => "delegate's own device, for itself",
            Speaker => "who has the floor",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_the_documentation_is_the_table_that_holds() {
        let documented = include_str!("RULES.md");
        assert!(documented.ends_with(&table()), "put this at the end of src/meeting/RULES.md:\n{}", table());
    }

    #[test]
    fn no_command_has_two_rules_or_one_that_nobody_may_use() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(!rule.phases.is_empty() && !rule.who.is_empty(), "{}", rule.command);
            assert!(RULES[..index].iter().all(|other| other.command != rule.command), "{}", rule.command);
        }
    }
}
