//! Who speaks: from the level that a client writes on each packet of sound (RFC 6464), without opening the sound itself.
//!
//! A voice has to last a moment before it counts, and may pause for a breath before it does not: nobody flickers.

use std::time::Duration;

/// Levels are looked at over this long.
pub const WINDOW: Duration = Duration::from_millis(300);
/// Quieter packets are no voice: 35 below the loudest possible, in dB.
const VOICE: u8 = 35;
/// Packets of a window that must be voice, of those that fill it: two in five.
const LEAST_VOICED: u32 = 6;
/// Windows without a voice before it has ended.
const BREATH: u8 = 3;
/// Levels are told in eighths, so that not every breath is news.
const STEPS: f32 = 8.0;
/// What a new window counts against those before.
const WEIGHT: f32 = 0.6;

/// Whether a packet of this level may be a voice.
pub fn is_voice(level: u8) -> bool {
    level & 0x7f <= VOICE
}

/// One microphone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Voice {
    packets: u32,
    voiced: u32,
    /// Of the voiced packets, the sum of their levels in dB below the loudest.
    below_db: u32,
    loudness: f32,
    quiet: u8,
    told: Option<u8>,
}

/// What is told of a voice: its loudness from 0 to 1, or that it has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told(pub Option<f32>);

impl Voice {
    /// Notes a packet's level: 0 is the loudest, 127 is silence. True for the first of a window.
    pub fn heard(&mut self, level: u8) -> bool {
        self.packets += 1;
        if is_voice(level) {
            self.voiced += 1;
            self.below_db += u32::from(level & 0x7f);
        }
        self.packets == 1
    }

    /// How loud it is, while it is a voice.
    pub fn loudness(&self) -> Option<f32> {
        self.told.map(|_| self.loudness)
    }

    /// Whether it has to be looked at after the next window, though nothing may come.
    pub fn is_speaking(&self) -> bool {
        self.told.is_some()
    }

    /// Ends a window; what is to be told, if that has changed.
    pub fn look(&mut self) -> Option<Told> {
        let Voice { voiced, below_db, .. } = *self;
        (self.packets, self.voiced, self.below_db) = (0, 0, 0);
        let now =
            if voiced >= LEAST_VOICED { 1.0 - below_db as f32 / voiced as f32 / f32::from(VOICE + 15) } else { 0.0 };
        self.loudness += WEIGHT * (now - self.loudness);
        self.quiet = if now > 0.0 { 0 } else { self.quiet.saturating_add(1) };
        let speaking = now > 0.0 || self.told.is_some() && self.quiet < BREATH;
        let step = speaking.then(|| ((self.loudness * STEPS).round() as u8).max(1));
        if std::mem::replace(&mut self.told, step) == step {
            return None;
        }
        Some(Told(step.map(|step| f32::from(step) / STEPS)))
    }

    /// It is not heard any more, by muting or by a gate; true when that is news.
    pub fn silence(&mut self) -> bool {
        std::mem::take(self).told.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window of fifteen packets at these levels.
    fn window(voice: &mut Voice, level: impl Fn(u8) -> u8) -> Option<Option<f32>> {
        for packet in 0..15 {
            voice.heard(level(packet));
        }
        voice.look().map(|told| told.0)
    }

    #[test]
    fn a_voice_counts_from_its_first_window_and_a_cough_or_a_hum_does_not() {
        let mut voice = Voice::default();
        assert_eq!(window(&mut voice, |_| 127), None, "silence");
        assert_eq!(window(&mut voice, |_| 50), None, "a hum");
        assert_eq!(window(&mut voice, |packet| if packet < 4 { 5 } else { 127 }), None, "a cough");
        assert!(matches!(window(&mut voice, |_| 20), Some(Some(level)) if level > 0.2));
    }

    #[test]
    fn a_breath_ends_nothing_and_a_pause_does() {
        let mut voice = Voice::default();
        window(&mut voice, |_| 15);
        let told: Vec<_> = (0..BREATH - 1).filter_map(|_| window(&mut voice, |_| 127)).collect();
        assert!(told.iter().all(Option::is_some), "{told:?}");
        window(&mut voice, |_| 15);
        let told: Vec<_> = (0..BREATH).filter_map(|_| voice.look()).map(|told| told.0).collect();
        assert_eq!(told.last(), Some(&None), "no packets at all are a pause too");
    }

    #[test]
    fn a_steady_voice_is_no_news() {
        let mut voice = Voice::default();
        let news = (0..40).filter_map(|_| window(&mut voice, |packet| 18 + packet % 5)).count();
        assert!(news <= 4, "{news}");
    }

    #[test]
    fn who_is_silenced_while_speaking_has_ended() {
        let mut voice = Voice::default();
        window(&mut voice, |_| 15);
        assert!(voice.silence());
        assert!(!voice.silence());
    }
}
