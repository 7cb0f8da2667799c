//! Which simulcast layer a subscriber's wish comes down to.

use super::proto::{VideoLayer, VideoQuality};
use crate::media::Layer;

/// What a subscriber said about one track with `UpdateTrackSettings`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wish {
    #[default]
    Best,
    Hidden,
    Quality(VideoQuality),
    /// Pixels of the element that shows it.
    Size {
        width: u32,
        height: u32,
    },
}

impl Wish {
    /// The area on the screen, where the client told it.
    pub fn pixels(self) -> u32 {
        match self {
            Wish::Size { width, height } => width.saturating_mul(height),
            Wish::Best | Wish::Hidden | Wish::Quality(_) => 0,
        }
    }
}

/// A layer this much smaller than the element still serves it.
const TOLERANCE_PERCENT: u64 = 90;

/// The largest layer worth sending for a wish, or none while the picture is hidden. `layers` is what the publisher announced; a track
/// without simulcast has only its one layer, [`Layer::Full`].
pub(super) fn choose(wish: Wish, layers: &[VideoLayer]) -> Option<Layer> {
    match wish {
        Wish::Hidden | Wish::Quality(VideoQuality::Off) => None,
        _ if layers.len() < 2 => Some(Layer::Full),
        Wish::Best | Wish::Quality(VideoQuality::High) => Some(Layer::Full),
        Wish::Quality(VideoQuality::Medium) => Some(Layer::Half),
        Wish::Quality(VideoQuality::Low) => Some(Layer::Quarter),
        Wish::Size { width, height } => {
            let suffices = |layer: &&VideoLayer| {
                let (have, want) =
                    if layer.width < layer.height { (layer.width, width) } else { (layer.height, height) };
                u64::from(have) * 100 >= u64::from(want) * TOLERANCE_PERCENT
            };
            layers
                .iter()
                .filter(suffices)
                .filter_map(|layer| Some((u64::from(layer.width) * u64::from(layer.height), layer_of(layer)?)))
                .min()
                .map_or(Some(Layer::Full), |(_, layer)| Some(layer))
        }
    }
}

fn layer_of(layer: &VideoLayer) -> Option<Layer> {
    Layer::from_rid(&layer.rid).or(match VideoQuality::try_from(layer.quality).ok()? {
        VideoQuality::Low => Some(Layer::Quarter),
        VideoQuality::Medium => Some(Layer::Half),
        VideoQuality::High => Some(Layer::Full),
        VideoQuality::Off => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(quality: VideoQuality, width: u32, height: u32) -> VideoLayer {
        VideoLayer { quality: quality.into(), width, height, ..Default::default() }
    }

    fn simulcast() -> Vec<VideoLayer> {
        vec![
            layer(VideoQuality::Low, 320, 180),
            layer(VideoQuality::Medium, 640, 360),
            layer(VideoQuality::High, 1280, 720),
        ]
    }

    #[test]
    fn the_smallest_layer_that_fills_the_element_is_chosen() {
        let size = |width, height| choose(Wish::Size { width, height }, &simulcast());
        assert_eq!(size(160, 90), Some(Layer::Quarter));
        assert_eq!(size(355, 200), Some(Layer::Quarter), "180 lines are 90 % of 200");
        assert_eq!(size(357, 201), Some(Layer::Half));
        assert_eq!(size(1280, 720), Some(Layer::Full));
        assert_eq!(size(3840, 2160), Some(Layer::Full), "there is nothing larger");
    }

    #[test]
    fn a_portrait_picture_is_measured_by_its_width() {
        let layers = [layer(VideoQuality::Low, 180, 320), layer(VideoQuality::High, 720, 1280)];
        assert_eq!(choose(Wish::Size { width: 190, height: 1000 }, &layers), Some(Layer::Quarter));
    }

    #[test]
    fn qualities_name_layers_and_a_hidden_picture_needs_none() {
        let layers = simulcast();
        assert_eq!(choose(Wish::Best, &layers), Some(Layer::Full));
        assert_eq!(choose(Wish::Quality(VideoQuality::Low), &layers), Some(Layer::Quarter));
        assert_eq!(choose(Wish::Quality(VideoQuality::Medium), &layers), Some(Layer::Half));
        assert_eq!(choose(Wish::Quality(VideoQuality::Off), &layers), None);
        assert_eq!(choose(Wish::Hidden, &layers), None);
    }

    #[test]
    fn a_track_without_simulcast_has_one_layer() {
        let wish = Wish::Size { width: 10, height: 10 };
        assert_eq!(choose(wish, &[layer(VideoQuality::High, 1280, 720)]), Some(Layer::Full));
        assert_eq!(choose(Wish::Quality(VideoQuality::Low), &[]), Some(Layer::Full));
        assert_eq!(choose(Wish::Hidden, &[]), None);
    }
}
