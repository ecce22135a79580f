//! Mail and network addresses in a text: they mean people whether or not a table names them. And pseudonyms, which must not
//! be replaced again.

use std::net::IpAddr;

use super::Kind;
use super::text::at_boundary;

/// Start and end in bytes.
pub(super) type Place = (usize, usize);

/// Everything around an `@` that a mail address or sign-in name can hold.
pub(super) fn mails(text: &str) -> Vec<Place> {
    let of_name = |c: char| c.is_alphanumeric() || "._-+~#$%".contains(c);
    let of_domain = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        let (head, tail) = (&text[..at], &text[at + 1..]);
        let name = &head[head.trim_end_matches(of_name).len()..];
        let name = name.trim_start_matches(|c: char| !c.is_alphanumeric());
        let domain = &tail[..tail.len() - tail.trim_start_matches(of_domain).len()];
        let domain = domain.trim_end_matches(['.', '-']);
        if !name.is_empty() && !domain.is_empty() {
            found.push((at - name.len(), at + 1 + domain.len()));
        }
    }
    found
}

/// Every network address, also with a port behind it.
pub(super) fn addresses(text: &str) -> Vec<Place> {
    let mut found = Vec::new();
    for run in text.split(|c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':')) {
        if run.len() < 4 {
            continue;
        }
        let start = offset(text, run);
        let whole = [run, run.trim_end_matches(['.', ':']), run.trim_matches(['.', ':'])].into_iter().find(|r| is_address(r));
        let parts: Vec<&str> = if whole.is_none() { run.split(':').filter(|r| is_address(r)).collect() } else { Vec::new() };
        for part in whole.into_iter().chain(parts) {
            let from = start + offset(run, part);
            let place = (from, from + part.len());
            if stands_alone(text, place) {
                found.push(place);
            }
        }
    }
    found
}

/// `foo::bad` is a path in a text, not the network address `::bad`.
fn stands_alone(text: &str, (from, to): Place) -> bool {
    let beside = [text[..from].chars().next_back(), text[to..].chars().next()];
    !beside.into_iter().flatten().any(char::is_alphanumeric)
}

/// Where a part begins in the text that it was cut from.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// The address of no machine and that of the machine itself tell of nobody.
fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok_and(|a| !a.is_unspecified() && !a.is_loopback())
}

/// The whole text is one address, which is found in any text without being known before.
pub(super) fn is_one(text: &str) -> bool {
    let whole = [(0, text.len())];
    mails(text) == whole || addresses(text) == whole
}

/// Pseudonyms, by their form.
pub(super) fn pseudonyms(text: &str) -> Vec<Place> {
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let head = format!("{}-", kind.name());
        for (at, _) in text.match_indices(&head) {
            let (from, to) = (at + head.len(), at + head.len() + kind.digits());
            let digits = text.as_bytes().get(from..to).unwrap_or_default();
            if digits.len() == kind.digits() && digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) && at_boundary(text, at, to) {
                found.push((at, to));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut<'t>(text: &'t str, places: &[Place]) -> Vec<&'t str> {
        places.iter().map(|(from, to)| &text[*from..*to]).collect()
    }

    #[test]
    fn mail_addresses_are_cut_out_whole() {
        let text = "by <ann.o@example.com>, Bob_example.org#EXT#@example.com. and mailto:c@x; @odata, 5 @ 6, svc-*@example.com";
        assert_eq!(cut(text, &mails(text)), ["ann.o@example.com", "Bob_example.org#EXT#@example.com", "c@x"]);
        assert!(is_one("jörg@example.com") && !is_one("Ann ann@example.com"));
    }

    #[test]
    fn network_addresses_are_told_from_times_and_versions() {
        let text = "192.0.2.7 DE, 192.0.2.8:443; [2001:db8::1] at 2026-10-05T12:30:45Z, ::, ::1, face, 1.2.3, foo::bad, 198.51.100.9.";
        assert_eq!(cut(text, &addresses(text)), ["192.0.2.7", "192.0.2.8", "2001:db8::1", "198.51.100.9"]);
        assert!(is_one("2001:db8::1") && !is_one("192.0.2.7 DE"));
    }

    #[test]
    fn pseudonyms_are_known_by_their_form() {
        let text = "person-0123456789ab id-0123456789abcdef ip-00112233445 xid-0123456789abcdef person-0123456789abc";
        assert_eq!(cut(text, &pseudonyms(text)), ["id-0123456789abcdef", "person-0123456789ab"]);
    }
}
