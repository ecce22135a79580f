//! A plotters backend that writes clean, accessible SVG which the page can re-colour.
//!
//! Instead of plotters' own: that one snaps to whole pixels, drops the width of stroked rectangles,
//! has neither title nor description nor role, guesses text widths from bytes, and shifts text by
//! font-relative units that browsers and the PDF engine read differently.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle};

use super::Frame;
use super::markup::{decimal, escape, paint, points, px, shape, stroke};
use crate::report::font::{self, Weight};

/// Plotters has whole coordinates only, so the drawing area is this many times larger than the picture.
pub(super) const UNIT: i32 = 10;

/// Capital height of IBM Plex Sans in em; absolute offsets look the same in every renderer.
const CAP_HEIGHT: f64 = 0.698;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Writes one picture into a string; plotters takes a backend by value.
#[derive(Debug)]
pub(super) struct Svg<'a> {
    out: &'a mut String,
    size: (u32, u32),
    finished: bool,
}

impl<'a> Svg<'a> {
    /// Starts a picture of `size` pixels with its accessible name and description.
    pub(super) fn new(out: &'a mut String, size: (u32, u32), frame: &Frame) -> Self {
        let (width, height) = size;
        let (id, title, description) = (&frame.id, escape(&frame.title), escape(&frame.description));
        out.clear();
        out.push_str(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
             font-family=\"IBM Plex Sans, system-ui, sans-serif\" font-size=\"12\" stroke-linejoin=\"round\">\
             <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{description}</desc>\n"
        ));
        Self { out, size, finished: false }
    }

    fn line_of(&mut self, element: std::fmt::Arguments<'_>) {
        // writing to a string cannot fail
        let _ = self.out.write_fmt(element);
        self.out.push('\n');
    }
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.size.0 * UNIT.unsigned_abs(), self.size.1 * UNIT.unsigned_abs())
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        if !self.finished {
            self.out.push_str("</svg>\n");
            self.finished = true;
        }
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        let (x, y) = (px(point.0), px(point.1));
        let fill = paint("fill", color);
        self.line_of(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"0.1\" height=\"0.1\" {fill}/>"));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        let (x1, y1, x2, y2) = (px(from.0), px(from.1), px(to.0), px(to.1));
        let stroke = stroke(style);
        self.line_of(format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" {stroke}/>"));
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Drawn {
        let (x, y) = (px(a.0.min(b.0)), px(a.1.min(b.1)));
        let (width, height) = (px((b.0 - a.0).abs()), px((b.1 - a.1).abs()));
        let look = shape(style, fill);
        self.line_of(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {look}/>"));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let (points, stroke) = (points(path), stroke(style));
        self.line_of(format_args!("<polyline points=\"{points}\" fill=\"none\" {stroke}/>"));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let (points, fill) = (points(path), paint("fill", style.color()));
        self.line_of(format_args!("<polygon points=\"{points}\" {fill}/>"));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let (x, y, r) = (px(center.0), px(center.1), decimal(f64::from(radius) / f64::from(UNIT)));
        let look = shape(style, fill);
        self.line_of(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {look}/>"));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, point: BackendCoord) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        let size = style.size() / f64::from(UNIT);
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let shift = match style.anchor().v_pos {
            VPos::Top => CAP_HEIGHT * size,
            VPos::Center => CAP_HEIGHT / 2.0 * size,
            VPos::Bottom => 0.0,
        };
        let (x, y) = (px(point.0), decimal(f64::from(point.1) / f64::from(UNIT) + shift));
        let font_size = if size == 12.0 { String::new() } else { format!(" font-size=\"{}\"", decimal(size)) };
        let weight = if bold(style.style()) { " font-weight=\"600\"" } else { "" };
        let (fill, text) = (paint("fill", style.color()), escape(text));
        self.line_of(format_args!("<text x=\"{x}\" y=\"{y}\"{anchor}{font_size}{weight} {fill}>{text}</text>"));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let weight = if bold(style.style()) { Weight::SemiBold } else { Weight::Regular };
        let width = font::width(text, weight) * style.size();
        Ok((width.ceil() as u32, (style.size() * 0.8).ceil() as u32))
    }
}

fn bold(style: FontStyle) -> bool {
    matches!(style, FontStyle::Bold)
}
