//! The embedded typefaces: all text of the PDF and all widths in the charts come from these files.

use std::sync::LazyLock;

use ttf_parser::Face;
use typst::foundations::Bytes;
use typst::text::Font;

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/IBMPlexSans-Regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../../assets/fonts/IBMPlexSans-SemiBold.ttf");

static PDF: [&[u8]; 5] = [
    REGULAR,
    include_bytes!("../../assets/fonts/IBMPlexSans-Italic.ttf"),
    include_bytes!("../../assets/fonts/IBMPlexSans-Medium.ttf"),
    SEMIBOLD,
    include_bytes!("../../assets/fonts/IBMPlexSans-Bold.ttf"),
];

/// CSS weight and compressed Latin subset for the HTML page.
pub(super) static WEB: [(u16, &[u8]); 2] =
    [(400, include_bytes!("../../assets/fonts/IBMPlexSans-Regular-Latin1.woff2")), (600, include_bytes!("../../assets/fonts/IBMPlexSans-SemiBold-Latin1.woff2"))];

/// Width of a character no face knows, in em.
const UNKNOWN_WIDTH: f64 = 0.6;

/// The faces of the PDF. System fonts are never looked at.
pub(super) fn faces() -> Vec<Font> {
    PDF.iter().flat_map(|bytes| Font::iter(Bytes::new(*bytes))).collect()
}

/// Width of `text` in em, in the regular or the semi-bold face.
pub(super) fn width(text: &str, weight: Weight) -> f64 {
    static FACES: LazyLock<[Option<Face<'static>>; 2]> = LazyLock::new(|| [Face::parse(REGULAR, 0).ok(), Face::parse(SEMIBOLD, 0).ok()]);
    let face = match weight {
        Weight::Regular => &FACES[0],
        Weight::SemiBold => &FACES[1],
    };
    let Some(face) = face else {
        return UNKNOWN_WIDTH * text.chars().count() as f64;
    };
    let em = f64::from(face.units_per_em());
    text.chars()
        .map(|c| {
            let advance = face.glyph_index(c).and_then(|glyph| face.glyph_hor_advance(glyph));
            advance.map_or(UNKNOWN_WIDTH, |units| f64::from(units) / em)
        })
        .sum()
}

/// The two weights charts use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Labels.
    Regular,
    /// Values.
    SemiBold,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_face_is_read() {
        assert_eq!(faces().len(), PDF.len());
        assert!((width("0", Weight::Regular) - 0.6).abs() < 0.01, "Plex figures are 0.6 em wide");
        assert!(width("MFA", Weight::SemiBold) > width("MFA", Weight::Regular));
    }
}
