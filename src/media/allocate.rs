//! Who is sent which layer when a line does not carry everything: policy, as a free function.
//!
//! Sound is not in question here, it always goes first. Of what is left, the stage (presentations, then speakers) is
//! shown before it is made sharp, and before any thumbnail; thumbnails follow, the largest on the screen first. What is
//! shown already may stay while it just fits; what is larger has to fit with room to spare, so that nothing flaps.

use super::Layer;

/// What a video is in the conference, the less important first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    #[default]
    Thumbnail,
    /// Whoever has the floor, presides, or is put into the spotlight.
    Speaker,
    /// A shared screen: text has to be legible.
    Presentation,
}

/// One video that a subscriber wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    pub rank: Rank,
    /// Its area on the subscriber's screen.
    pub pixels: u32,
    /// What each layer that would serve costs now, in bits a second, smallest layer first.
    pub layers: [Option<u64>; 3],
    /// What it is granted now.
    pub current: Option<Layer>,
}

impl Wish {
    /// What a layer costs; none when it does not serve.
    pub fn cost(&self, layer: Layer) -> Option<u64> {
        self.layers[layer as usize]
    }
}

/// What there is to spend on video, in bits a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// For what is sent already.
    pub keep_bps: u64,
    /// For what would be more than that.
    pub raise_bps: u64,
}

/// A layer larger than the current one has to fit with this much to spare.
pub const MARGIN_PERCENT: u64 = 120;

/// The layer of each wish, in their order; none where the budget does not reach.
pub fn allocate(budget: Budget, wishes: &[Wish]) -> Vec<Option<Layer>> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse((wishes[index].rank, wishes[index].pixels)), index));
    let first_thumbnail = order.partition_point(|&index| wishes[index].rank > Rank::Thumbnail);
    let (stage, thumbnails) = order.split_at(first_thumbnail);
    let mut granted = vec![None; wishes.len()];
    let mut spent = 0;
    for group in [stage, thumbnails] {
        for &index in group {
            raise(&wishes[index], &mut granted[index], &mut spent, budget);
        }
        for &index in group {
            while granted[index].is_some() && raise(&wishes[index], &mut granted[index], &mut spent, budget) {}
        }
    }
    granted
}

/// Goes up to the next layer that serves; false when there is none or it does not fit.
fn raise(wish: &Wish, granted: &mut Option<Layer>, spent: &mut u64, budget: Budget) -> bool {
    let cost = |layer: Layer| wish.cost(layer);
    let next =
        Layer::ALL.into_iter().filter(|layer| Some(*layer) > *granted).find_map(|layer| Some((layer, cost(layer)?)));
    let Some((layer, bps)) = next else { return false };
    let others = *spent - granted.and_then(cost).unwrap_or(0);
    let fits = if Some(layer) <= wish.current {
        others + bps <= budget.keep_bps
    } else {
        (others + bps * MARGIN_PERCENT / 100) <= budget.raise_bps
    };
    if fits {
        *spent = others + bps;
        *granted = Some(layer);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use Layer::{Full, Half, Quarter};
    use Rank::{Presentation, Speaker, Thumbnail};

    const CAMERA: [Option<u64>; 3] = [Some(150_000), Some(450_000), Some(1_700_000)];

    fn wish(rank: Rank, pixels: u32) -> Wish {
        Wish { rank, pixels, layers: CAMERA, current: None }
    }

    fn now(current: Layer) -> Wish {
        Wish { current: Some(current), ..wish(Thumbnail, 1) }
    }

    fn both(bps: u64) -> Budget {
        Budget { keep_bps: bps, raise_bps: bps }
    }

    #[test]
    fn the_stage_is_shown_before_it_is_sharp_and_before_any_thumbnail() {
        let wishes = [wish(Thumbnail, 9_000), wish(Speaker, 10), wish(Presentation, 10), wish(Thumbnail, 90_000)];
        for (budget, expected) in [
            (100_000, [None, None, None, None]),
            (180_000, [None, None, Some(Quarter), None]),
            (400_000, [None, Some(Quarter), Some(Quarter), None]),
            (500_000, [None, Some(Quarter), Some(Quarter), Some(Quarter)]),
            (700_000, [None, Some(Quarter), Some(Half), None]),
            (800_000, [None, Some(Quarter), Some(Half), Some(Quarter)]),
            (1_000_000, [None, Some(Half), Some(Half), None]),
            (1_600_000, [Some(Quarter), Some(Half), Some(Half), Some(Half)]),
            (9_000_000, [Some(Full); 4]),
        ] {
            assert_eq!(allocate(both(budget), &wishes), expected, "{budget} bit/s");
        }
    }

    #[test]
    fn what_is_shown_stays_while_it_fits_and_a_larger_layer_needs_room_to_spare() {
        for (current, budget, expected) in [
            (Half, 450_000, Some(Half)),
            (Half, 449_999, Some(Quarter)),
            (Half, 149_999, None),
            (Quarter, 539_999, Some(Quarter)),
            (Quarter, 540_000, Some(Half)),
            (Full, 1_700_000, Some(Full)),
        ] {
            assert_eq!(allocate(both(budget), &[now(current)]), [expected], "{current:?} at {budget} bit/s");
        }
    }

    #[test]
    fn after_a_fall_nothing_is_raised_and_nothing_that_fits_is_lost() {
        let budget = Budget { keep_bps: 700_000, raise_bps: 0 };
        let wishes = [now(Quarter), now(Half), wish(Presentation, 5)];
        assert_eq!(allocate(budget, &wishes), [Some(Quarter), Some(Half), None]);
    }

    #[test]
    fn only_layers_that_serve_are_chosen() {
        let small = Wish { layers: [Some(150_000), None, None], ..wish(Speaker, 1) };
        let single = Wish { layers: [None, None, Some(400_000)], ..wish(Thumbnail, 1) };
        let silent = Wish { layers: [None; 3], ..wish(Presentation, 1) };
        assert_eq!(allocate(both(9_000_000), &[small, single, silent]), [Some(Quarter), Some(Full), None]);
        assert_eq!(allocate(both(500_000), &[small, single, silent]), [Some(Quarter), None, None]);
    }

    #[test]
    fn thumbnails_that_are_alike_are_served_in_their_order_every_time() {
        let wishes = vec![wish(Thumbnail, 100); 6];
        let granted = allocate(both(400_000), &wishes);
        assert_eq!(granted, [Some(Quarter), Some(Quarter), None, None, None, None]);
    }
}
