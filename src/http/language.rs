//! The language of an answer's words: Vietnamese, unless the client would rather have English.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::ACCEPT_LANGUAGE, request::Parts},
};

pub use crate::language::Language;

impl Language {
    /// By Accept-Language (RFC 9110 section 12.5.4).
    pub fn of(headers: &HeaderMap) -> Language {
        let wishes = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if weight(wishes, "en") > weight(wishes, "vi") { Language::English } else { Language::Vietnamese }
    }
}

/// How much the client wants a language, 0 to 1.
fn weight(wishes: &str, language: &str) -> f32 {
    wishes
        .split(',')
        .filter_map(|wish| {
            let mut parts = wish.split(';').map(str::trim);
            let primary = parts.next()?.split('-').next()?;
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
            primary.eq_ignore_ascii_case(language).then_some(quality)
        })
        .fold(0.0, f32::max)
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Language::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_unless_english_is_wanted_more() {
        let speaks = |wishes: &str| Language::of(&[(ACCEPT_LANGUAGE, wishes.parse().unwrap())].into_iter().collect());
        assert_eq!(Language::of(&HeaderMap::new()), Language::Vietnamese);
        assert_eq!(speaks("vi-VN,vi;q=0.9,en;q=0.8"), Language::Vietnamese);
        assert_eq!(speaks("en-US,en;q=0.9"), Language::English);
        assert_eq!(speaks("en;q=0.5, vi;q=0.4"), Language::English);
        assert_eq!(speaks("en, vi"), Language::Vietnamese);
        assert_eq!(speaks("fr;q=x,,;"), Language::Vietnamese);
    }
}
