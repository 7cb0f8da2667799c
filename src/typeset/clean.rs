//! Text as it can be printed: composed letters, and nothing that is invisible or that turns the order of what is seen.

use unicode_normalization::UnicodeNormalization;

/// Printed for a character that means nothing to anybody else.
const REPLACEMENT: char = '□';

/// The text in composed form (NFC), with line feeds for every kind of line end and without other control characters.
///
/// What is invisible is left out: a mark that turns the direction could make a name on paper read as another one.
pub fn clean(text: &str) -> String {
    let mut previous = '\0';
    let shown = text.chars().filter_map(|char| {
        let after_return = std::mem::replace(&mut previous, char) == '\r';
        match char {
            '\n' if after_return => None,
            '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => Some('\n'),
            '\t' => Some(' '),
            _ if char.is_control() || is_invisible(char) => None,
            _ if is_private(char) => Some(REPLACEMENT),
            _ => Some(char),
        }
    });
    shown.nfc().collect()
}

fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Private use and noncharacters: archives do not take text that holds them.
fn is_private(char: char) -> bool {
    let code = u32::from(char);
    matches!(char, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..='\u{10ffff}')
        || code & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_composed_and_line_ends_are_one() {
        assert_eq!(clean("Nguye\u{302}\u{303}n\r\nVa\u{306}n\rA\u{2028}B\tC"), "Nguyễn\nVăn\nA\nB C");
    }

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        assert_eq!(clean("\u{202e}tên\u{202c} \u{200f}Hà\u{200b}nh\u{feff}\0\u{1b}[1m"), "tên Hành[1m");
        assert_eq!(clean("a\u{e000}\u{fffe}\u{10ffff}"), "a□□□");
    }

    #[test]
    fn a_mark_that_no_letter_takes_stays() {
        assert_eq!(clean("Ê\u{306} Ê-đê, ƀŭng"), "Ê\u{306} Ê-đê, ƀŭng");
    }
}
