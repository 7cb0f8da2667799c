//! What spreadsheets make of the cells of a CSV file: a text that begins like a formula is one to them.

/// Whether a spreadsheet would take a cell for a formula. Some take the wide forms of the signs as well.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A cell of a CSV file that no spreadsheet takes for a formula; [`unescape`] undoes it.
pub fn escape(text: &str) -> String {
    if is_formula(text.trim_start_matches('\'')) { format!("'{text}") } else { text.to_owned() }
}

/// What [`escape`] was given.
pub fn unescape(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_is_disarmed_and_an_apostrophe_of_its_own_survives() {
        for (text, cell) in
            [("=1+1", "'=1+1"), ("'=1", "''=1"), ("'quoted'", "'quoted'"), ("-", "'-"), ("＝1", "'＝1"), ("", "")]
        {
            assert_eq!(escape(text), cell);
            assert_eq!(unescape(cell), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back_from_its_cell(text in "['=+@＝a-]{0,6}|\\PC*") {
            let cell = escape(&text);
            prop_assert!(!is_formula(&cell));
            prop_assert_eq!(unescape(&cell), text);
        }
    }
}
