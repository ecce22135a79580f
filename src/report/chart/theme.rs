//! Colour tokens. A colour means one thing in the whole report.
//!
//! A picture carries the light value; `style.css` matches it and puts the variable of the same
//! token in its place, so one picture serves paper, light and dark.

use plotters::style::RGBColor;

/// A colour with the name of its variable in `style.css`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) struct Token {
    rgb: (u8, u8, u8),
    variable: &'static str,
}

impl Token {
    const fn new(hex: u32, variable: &'static str) -> Self {
        Self { rgb: ((hex >> 16) as u8, (hex >> 8) as u8, hex as u8), variable }
    }

    /// The colour as plotters wants it.
    pub(super) const fn color(self) -> RGBColor {
        RGBColor(self.rgb.0, self.rgb.1, self.rgb.2)
    }

    /// The token for text on an area of this colour.
    pub(super) fn text_on(self) -> Self {
        if self == NEUTRAL || self == GRID { INK } else { PAPER }
    }
}

/// Text.
pub(in crate::report) const INK: Token = Token::new(0x1f2933, "--ink");
/// Secondary text.
pub(in crate::report) const MUTED: Token = Token::new(0x52606d, "--ink-2");
/// Grid lines.
pub(in crate::report) const GRID: Token = Token::new(0xe4e7eb, "--grid");
/// Axis lines.
pub(in crate::report) const AXIS: Token = Token::new(0x9aa5b1, "--axis");
/// The main series; any MFA; in order.
pub(in crate::report) const MAIN: Token = Token::new(0x0b5cad, "--s1");
/// Phishing-resistant.
pub(in crate::report) const STRONG: Token = Token::new(0x00796b, "--s2");
/// Telephone methods; waiting.
pub(in crate::report) const WEAK: Token = Token::new(0xb45309, "--s3");
/// Codes; requested.
pub(in crate::report) const CODE: Token = Token::new(0x7b4fa3, "--s4");
/// Everything else; never for text.
pub(in crate::report) const NEUTRAL: Token = Token::new(0x8a95a3, "--s5");
/// Missed, overdue, missing.
pub(in crate::report) const BAD: Token = Token::new(0xb42318, "--bad");
/// Late, undecided.
pub(in crate::report) const WARN: Token = Token::new(0x8a5a00, "--warn");
/// The page.
pub(in crate::report) const PAPER: Token = Token::new(0xffffff, "--paper");

#[cfg(test)]
mod tests {
    use super::*;

    const CSS: &str = include_str!("../../../report_templates/style.css");
    const ALL: [Token; 12] = [INK, MUTED, GRID, AXIS, MAIN, STRONG, WEAK, CODE, NEUTRAL, BAD, WARN, PAPER];
    const FOR_TEXT: [Token; 8] = [INK, MUTED, MAIN, STRONG, WEAK, CODE, BAD, WARN];

    fn hex(rgb: (u8, u8, u8)) -> String {
        format!("#{:02x}{:02x}{:02x}", rgb.0, rgb.1, rgb.2)
    }

    /// The value of a variable after `from` in the style sheet.
    fn css_value(from: &str, variable: &str) -> (u8, u8, u8) {
        let block = &CSS[CSS.find(from).unwrap()..];
        let name = format!("{variable}:#");
        let start = block.find(&name).unwrap_or_else(|| panic!("`{variable}` is not set after `{from}`")) + name.len();
        let digits: String = block[start..].chars().take_while(char::is_ascii_hexdigit).collect();
        let digits = if digits.len() == 3 { digits.chars().flat_map(|c| [c, c]).collect() } else { digits };
        let value = u32::from_str_radix(&digits, 16).unwrap();
        ((value >> 16) as u8, (value >> 8) as u8, value as u8)
    }

    fn luminance(rgb: (u8, u8, u8)) -> f64 {
        let channel = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(rgb.0) + 0.7152 * channel(rgb.1) + 0.0722 * channel(rgb.2)
    }

    fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    const LIGHT: &str = ":root{";
    const DARK: &str = "prefers-color-scheme:dark";

    #[test]
    fn light_values_are_those_of_the_style_sheet() {
        for token in ALL {
            assert_eq!(hex(token.rgb), hex(css_value(LIGHT, token.variable)), "{}", token.variable);
        }
    }

    #[test]
    fn the_style_sheet_recolours_every_token() {
        for token in ALL {
            let (hex, variable) = (hex(token.rgb), token.variable);
            for attribute in ["fill", "stroke"] {
                let rule = format!("svg [{attribute}=\"{hex}\"]{{{attribute}:var({variable})}}");
                assert!(CSS.contains(&rule), "style.css lacks `{rule}`");
            }
        }
    }

    #[test]
    fn text_is_readable_in_light_and_dark() {
        for mode in [LIGHT, DARK] {
            let paper = css_value(mode, "--paper");
            let panel = css_value(mode, "--panel");
            for token in FOR_TEXT {
                let text = css_value(mode, token.variable);
                for ground in [paper, panel] {
                    let ratio = contrast(text, ground);
                    assert!(ratio >= 4.5, "{mode} {}: {ratio:.2}", token.variable);
                }
            }
            for variable in ["--good", "--link"] {
                let ratio = contrast(css_value(mode, variable), panel);
                assert!(ratio >= 4.5, "{mode} {variable}: {ratio:.2}");
            }
            let on_neutral = contrast(css_value(mode, "--ink"), css_value(mode, "--s5"));
            assert!(on_neutral >= 4.5, "{mode} text on the neutral series: {on_neutral:.2}");
            let neutral = contrast(css_value(mode, "--s5"), paper);
            assert!(neutral >= 3.0, "{mode} neutral series on paper: {neutral:.2}");
        }
    }
}
