//! The words of SVG: numbers, colours, strokes and escaped text.

use plotters_backend::{BackendColor, BackendCoord, BackendStyle};

use super::backend::UNIT;
use crate::report::text::{REPLACEMENT, deceives};

pub(super) fn px(units: i32) -> String {
    decimal(f64::from(units) / f64::from(UNIT))
}

pub(super) fn decimal(value: f64) -> String {
    let digits = format!("{value:.1}");
    digits.strip_suffix(".0").map_or_else(|| digits.clone(), str::to_owned)
}

pub(super) fn points<I: IntoIterator<Item = BackendCoord>>(path: I) -> String {
    let pairs: Vec<String> = path.into_iter().map(|(x, y)| format!("{},{}", px(x), px(y))).collect();
    pairs.join(" ")
}

/// `fill="#0b5cad"`: a literal colour, which the style sheet of the page matches and replaces.
pub(super) fn paint(attribute: &str, color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    let opacity = if color.alpha >= 0.999 { String::new() } else { format!(" {attribute}-opacity=\"{:.2}\"", color.alpha) };
    format!("{attribute}=\"#{r:02x}{g:02x}{b:02x}\"{opacity}")
}

pub(super) fn stroke<S: BackendStyle>(style: &S) -> String {
    let width = decimal(f64::from(style.stroke_width()) / f64::from(UNIT));
    format!("{} stroke-width=\"{width}\"", paint("stroke", style.color()))
}

pub(super) fn shape<S: BackendStyle>(style: &S, fill: bool) -> String {
    if fill { paint("fill", style.color()) } else { format!("fill=\"none\" {}", stroke(style)) }
}

/// Escapes text for XML and replaces what XML 1.0 forbids.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if deceives(c) => out.push(REPLACEMENT),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(escape("</svg><script>\"'&\u{0}\u{202e}"), "&lt;/svg&gt;&lt;script&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}");
    }

    #[test]
    fn the_same_colour_is_written_the_same_way_everywhere() {
        let color = BackendColor { alpha: 1.0, rgb: (0x0b, 0x5c, 0xad) };
        assert_eq!(paint("fill", color), "fill=\"#0b5cad\"");
        assert_eq!(paint("stroke", color.mix(0.18)), "stroke=\"#0b5cad\" stroke-opacity=\"0.18\"");
    }
}
