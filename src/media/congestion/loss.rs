//! Losses as the second signal: those that came with our own rate, told apart from those that the link always has.

/// A window is judged after this many packets and this long, or after the longer time with fewer.
const PACKETS: u32 = 40;
const SHORTEST_US: i64 = 200_000;
const LONGEST_US: i64 = 1_000_000;
/// Packets without which a window says nothing.
const FEWEST: u32 = 10;
/// Losses beyond the link's own from which on the line is taken for overfull.
const EXCESS: f64 = 0.12;
/// How fast the link's own losses are believed, for each window: slowly up, quickly down.
const LEARN: f64 = 0.03;
const FORGET: f64 = 0.3;
/// After a cut the losses have this long to fall; if they do not, they were not our doing.
const CURE_US: i64 = 1_500_000;
const UNCURED: f64 = 0.7;

#[derive(Debug, Default)]
pub struct Losses {
    since_us: Option<i64>,
    packets: u32,
    lost: u32,
    /// Smoothed over a few windows.
    share: f64,
    /// What the link loses at any rate.
    own: f64,
    cut: Option<Cut>,
}

#[derive(Clone, Copy, Debug)]
struct Cut {
    at_us: i64,
    share: f64,
}

impl Losses {
    /// The share that the link loses at any rate.
    pub fn own(&self) -> f64 {
        self.own
    }

    /// Counts what one feedback told; true when the rate is to be cut.
    pub fn feedback(&mut self, packets: u32, lost: u32, now_us: i64) -> bool {
        let since = *self.since_us.get_or_insert(now_us);
        self.packets += packets;
        self.lost += lost;
        let elapsed = now_us - since;
        if elapsed < SHORTEST_US || self.packets < PACKETS && elapsed < LONGEST_US {
            return false;
        }
        let (packets, lost) = (std::mem::take(&mut self.packets), std::mem::take(&mut self.lost));
        self.since_us = Some(now_us);
        if packets < FEWEST {
            return false;
        }
        let share = f64::from(lost) / f64::from(packets);
        self.share += 0.5 * (share - self.share);
        let speed = if share > self.own { LEARN } else { FORGET };
        self.own += speed * (share - self.own);
        if let Some(cut) = self.cut.filter(|cut| now_us - cut.at_us >= CURE_US) {
            self.cut = None;
            if self.share >= UNCURED * cut.share {
                self.own = self.own.max(self.share);
            }
        }
        let overfull = self.cut.is_none() && self.share.min(share) > self.own + EXCESS;
        if overfull {
            self.cut = Some(Cut { at_us: now_us, share: self.share });
        }
        overfull
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fifty packets every quarter of a second with the given losses; in which windows the rate was cut.
    fn cuts(losses: impl Iterator<Item = u32>) -> Vec<usize> {
        let mut signal = Losses::default();
        let mut cuts = Vec::new();
        for (window, lost) in losses.enumerate() {
            if signal.feedback(50, lost, 250_000 * (window as i64 + 1)) {
                cuts.push(window);
            }
        }
        cuts
    }

    #[test]
    fn a_tenth_lost_by_chance_is_no_reason_to_send_less() {
        assert_eq!(cuts([5, 3, 6, 7, 4, 5, 6, 2, 8].into_iter().cycle().take(200)), Vec::<usize>::new());
    }

    #[test]
    fn losses_that_come_with_the_rate_cut_it() {
        let onset = [0; 20].into_iter().chain([20; 2]);
        assert_eq!(cuts(onset), [20], "a quarter of a second after they began");
    }

    #[test]
    fn losses_that_no_cut_cures_are_the_links_own() {
        let stubborn = [0; 8].into_iter().chain([10; 100]);
        assert!(cuts(stubborn).len() <= 2);
    }
}
