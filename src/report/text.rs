//! Text from logs, registers and directories, made fit to be shown.
//!
//! Escaping is the renderer's business; this module bounds the length and takes out what can lie
//! about the text around it: control characters and invisible marks that change the reading order.

/// What a table cell shows at most, in characters.
const CELL: usize = 120;

/// What a paragraph shows at most, in characters.
const PROSE: usize = 2_000;

/// Stands for a character that is not shown.
pub(super) const REPLACEMENT: char = '\u{fffd}';

/// A name, reason or other short value.
pub(super) fn short(raw: &str) -> String {
    shortened(raw, CELL)
}

/// A definition, note or other sentence.
pub(super) fn prose(raw: &str) -> String {
    shortened(raw, PROSE)
}

/// The first `limit` characters, with an ellipsis when there are more.
pub(super) fn shortened(raw: &str, limit: usize) -> String {
    // the extra character tells whether anything is left, without walking ten megabytes
    let mut shown: Vec<char> = raw.trim().chars().take(limit + 1).map(visible).collect();
    if shown.len() > limit {
        shown.truncate(limit.saturating_sub(1));
        shown.push('\u{2026}');
    }
    shown.into_iter().collect()
}

/// A canonical identifier as words: `break_glass` becomes `break glass`; other text is only shortened.
pub(super) fn words(raw: &str) -> String {
    let identifier = raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if identifier { short(&raw.replace('_', " ")) } else { short(raw) }
}

/// The first letter large: heads of table columns.
pub(super) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// The same, or `none` for empty text, so that no table cell is blank without a word.
pub(super) fn or_none(raw: &str) -> String {
    if raw.trim().is_empty() { "none".to_owned() } else { short(raw) }
}

/// The sentence ends with a full stop.
pub(super) fn sentence(raw: &str) -> String {
    let shown = prose(raw);
    if shown.is_empty() || shown.ends_with(['.', '!', '?', '\u{2026}']) { shown } else { format!("{shown}.") }
}

fn visible(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => ' ',
        c if deceives(c) => REPLACEMENT,
        c => c,
    }
}

/// Control, zero-width and direction characters: never wanted in an audit table.
pub(super) fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_end_in_an_ellipsis() {
        let shown = short(&"x".repeat(10_000));
        assert_eq!(shown.chars().count(), CELL);
        assert!(shown.ends_with('\u{2026}'));
        assert_eq!(short(&"é".repeat(CELL)), "é".repeat(CELL));
    }

    #[test]
    fn direction_overrides_and_controls_are_made_visible() {
        assert_eq!(short("a\u{202e}b\u{7}c\nd"), "a\u{fffd}b\u{fffd}c d");
        assert_eq!(short("שלום 🚀"), "שלום 🚀");
    }

    #[test]
    fn identifiers_become_words() {
        assert_eq!(words("break_glass"), "break glass");
        assert_eq!(words("R&D_team"), "R&D_team");
    }

    #[test]
    fn markup_is_left_to_the_renderer() {
        assert_eq!(short("<script>#emph[x]"), "<script>#emph[x]");
    }
}
