//! Texts as the directory keeps them, and as they are searched: one spelling for what looks the same.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// One spelling: composed (NFC), words apart by single spaces, without characters that nobody sees.
pub fn clean(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").nfc().collect()
}

/// Marks of byte order and direction, soft hyphens, zero-width characters: what a copied text drags along.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The words of a text in small letters without diacritics: `lam binh` for `Lâm Bình`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'đ' => folded.push('d'),
            c if c.is_alphanumeric() => folded.push(c),
            _ if folded.is_empty() || folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether every word of `wanted` begins a word of `text`; both are folded.
pub fn matches(text: &str, wanted: &str) -> bool {
    wanted.split(' ').all(|wanted| text.split(' ').any(|word| word.starts_with(wanted)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_the_same_is_spelled_the_same() {
        assert_eq!(clean(" Huye\u{323}\u{302}n \u{a0} Lâm\r\nBi\u{300}nh\u{200b}"), "Huyện Lâm Bình");
        assert_eq!(clean("\u{feff}\t "), "");
    }

    #[test]
    fn a_search_needs_no_diacritics_and_no_whole_words() {
        let unit = fold("071 Huyện Lâm Bình");
        for wanted in ["lam binh", "LÂM", "bình lâm", "071", "07 huy", "Đ"] {
            assert_eq!(matches(&unit, &fold(wanted)), wanted != "Đ", "{wanted}");
        }
        assert_eq!(fold("Đặng Thị Ý-Nhi, (Ông)"), "dang thi y nhi ong");
        assert!(matches(&unit, ""), "nothing wanted is always found");
        assert!(!matches(&unit, "inh"));
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in "\\PC*|[ \u{a0}\u{301}\u{323}ea\u{feff}\r\n]{0,12}") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once);
        }
    }
}
