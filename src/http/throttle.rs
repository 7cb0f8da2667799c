//! How often one source may try: a token bucket for each, in a map that cannot grow without bound. A source is an address
//! that tries, or a name that is tried.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Sources remembered at a time. One that has not tried for a whole period is forgotten first.
const MAX_SOURCES: usize = 10_000;

/// Gives each source `burst` tries, which come back evenly over `period`.
pub struct Throttle<Source: Key> {
    burst: u32,
    period: Duration,
    buckets: Mutex<HashMap<Source, Bucket>>,
}

/// What tries are counted by.
pub trait Key: Clone + Eq + Hash {
    /// The same for all that count as one.
    fn counted(self) -> Self;
}

impl Key for String {
    fn counted(self) -> String {
        self
    }
}

impl Key for IpAddr {
    /// One subscriber's IPv6 network is a /64 at least: its addresses count as one source.
    fn counted(self) -> IpAddr {
        match self.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
            v4 => v4,
        }
    }
}

struct Bucket {
    tries: f64,
    at: Instant,
}

/// No try is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Until the next try, in whole seconds, at least 1.
    pub retry_after_s: u64,
}

impl<Source: Key> Throttle<Source> {
    pub fn new(burst: u32, period: Duration) -> Throttle<Source> {
        Throttle { burst, period, buckets: Mutex::default() }
    }

    /// Uses up a try of `source`.
    pub fn take(&self, source: Source, now: Instant) -> Result<(), Wait> {
        let source = source.counted();
        let mut buckets = self.buckets();
        if buckets.len() >= MAX_SOURCES && !buckets.contains_key(&source) {
            self.make_room(&mut buckets, now);
        }
        let full = f64::from(self.burst);
        let bucket = buckets.entry(source).or_insert(Bucket { tries: full, at: now });
        let elapsed = now.saturating_duration_since(bucket.at);
        bucket.tries = (bucket.tries + self.earned(elapsed)).min(full);
        bucket.at = now;
        if bucket.tries >= 1.0 {
            bucket.tries -= 1.0;
            return Ok(());
        }
        let wait_s = (1.0 - bucket.tries) * self.period.as_secs_f64() / full;
        Err(Wait { retry_after_s: Duration::try_from_secs_f64(wait_s.ceil()).map_or(1, |wait| wait.as_secs()).max(1) })
    }

    /// Gives a try back that turned out to be none to count.
    pub fn give_back(&self, source: Source) {
        if let Some(bucket) = self.buckets().get_mut(&source.counted()) {
            bucket.tries = (bucket.tries + 1.0).min(self.burst.into());
        }
    }

    fn earned(&self, elapsed: Duration) -> f64 {
        f64::from(self.burst) * elapsed.as_secs_f64() / self.period.as_secs_f64()
    }

    /// Forgets who has all tries again; if nobody has, who tried longest ago.
    fn make_room(&self, buckets: &mut HashMap<Source, Bucket>, now: Instant) {
        buckets.retain(|_, bucket| now.saturating_duration_since(bucket.at) < self.period);
        if buckets.len() >= MAX_SOURCES
            && let Some(oldest) = buckets.iter().min_by_key(|(_, bucket)| bucket.at).map(|(source, _)| source.clone())
        {
            buckets.remove(&oldest);
        }
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<Source, Bucket>> {
        // Each bucket is whole after every statement, whatever panicked elsewhere.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn tries_run_out_and_come_back() {
        let throttle = Throttle::new(3, MINUTE);
        let start = Instant::now();
        for _ in 0..3 {
            throttle.take(ip("192.0.2.1"), start).unwrap();
        }
        assert_eq!(throttle.take(ip("192.0.2.1"), start), Err(Wait { retry_after_s: 20 }));
        assert_eq!(throttle.take(ip("192.0.2.1"), start + MINUTE / 4), Err(Wait { retry_after_s: 5 }));
        throttle.take(ip("192.0.2.2"), start).expect("another source has its own tries");
        throttle.take(ip("192.0.2.1"), start + MINUTE / 2).unwrap();
    }

    #[test]
    fn a_try_given_back_does_not_count() {
        let throttle = Throttle::new(1, MINUTE);
        let now = Instant::now();
        for _ in 0..100 {
            throttle.take(ip("192.0.2.1"), now).unwrap();
            throttle.give_back(ip("192.0.2.1"));
        }
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        let throttle = Throttle::new(1, MINUTE);
        let now = Instant::now();
        throttle.take(ip("2001:db8:1:2::1"), now).unwrap();
        throttle.take(ip("2001:db8:1:2:ffff::1"), now).expect_err("the same /64");
        throttle.take(ip("2001:db8:1:3::1"), now).unwrap();
        throttle.take(ip("192.0.2.1"), now).unwrap();
        throttle.take(ip("::ffff:192.0.2.1"), now).expect_err("the same address in IPv6 clothes");
    }

    #[test]
    fn the_map_is_bounded_and_forgets_the_oldest() {
        let throttle = Throttle::new(1, MINUTE);
        let start = Instant::now();
        let many = u32::try_from(MAX_SOURCES).unwrap() + 50;
        for number in 0..many {
            let at = start + Duration::from_millis(number.into());
            throttle.take(IpAddr::V4(std::net::Ipv4Addr::from_bits(number)), at).unwrap();
        }
        assert_eq!(throttle.buckets().len(), MAX_SOURCES);
        let newest = IpAddr::V4(std::net::Ipv4Addr::from_bits(many - 1));
        throttle.take(newest, start + Duration::from_secs(11)).expect_err("still remembered");
    }
}
