//! Two successful sign-ins of one identity that follow each other in different places (K29).

use super::super::ground::{Ground, HOUR};
use super::{Histories, place};
use crate::table::Instant;
use crate::table::derived::Watched;
use crate::table::traffic::TravelPair;

/// Two events that follow each other.
#[derive(Debug)]
pub(super) struct Pair<'g> {
    first: &'g Watched<'g>,
    second: &'g Watched<'g>,
    label: &'g str,
    exception_id: &'g str,
    break_glass: bool,
    places: (String, String),
    distance_km: f64,
    speed_kmh: f64,
    same_network: bool,
    changes_near: i64,
}

impl Pair<'_> {
    pub(super) fn row(&self) -> TravelPair<'_> {
        TravelPair {
            tenant: self.first.tenant,
            identity_id: self.first.identity_id,
            label: self.label,
            exception_id: self.exception_id,
            break_glass: self.break_glass,
            first_event_id: self.first.event_id,
            second_event_id: self.second.event_id,
            first_at: self.first.occurred_at,
            second_at: self.second.occurred_at,
            first_place: &self.places.0,
            second_place: &self.places.1,
            distance_km: self.distance_km,
            speed_kmh: self.speed_kmh,
            same_network: self.same_network,
            changes_near: self.changes_near,
        }
    }
}

pub(super) fn pairs<'g>(ground: &Ground<'g>, histories: &Histories<'g>) -> Vec<Pair<'g>> {
    let labels = ground.labels();
    let mut found = Vec::new();
    for ((_, id), events) in histories {
        let naming = ground.cover.naming(id);
        let Some(entry) = naming.iter().min_by_key(|l| (!l.is_active(ground.close()), l.entry.exception_id)) else { continue };
        let placed: Vec<&&Watched<'_>> =
            events.iter().filter(|e| e.outcome == "success" && e.stream == "interactive" && e.latitude.is_some() && e.longitude.is_some()).filter(|e| !relay(ground, e)).collect();
        for two in placed.windows(2) {
            let [first, second] = two else { continue };
            if !ground.within(second.occurred_at) {
                continue;
            }
            let km = apart(first, second);
            if km <= 0.0 {
                continue;
            }
            found.push(Pair {
                first,
                second,
                label: labels.get(id).copied().unwrap_or(id),
                exception_id: entry.entry.exception_id,
                break_glass: naming.iter().any(|l| l.entry.category == "break_glass"),
                places: (place(first), place(second)),
                // Whole kilometres: engines turn a fraction into a whole number in different ways.
                distance_km: km.round(),
                speed_kmh: speed(km, first.occurred_at, second.occurred_at),
                same_network: same_network(first, second),
                changes_near: changes_near(ground, id, [first.occurred_at, second.occurred_at]),
            });
        }
    }
    found
}

/// Great-circle kilometres on a sphere of mean radius, both accuracy radii subtracted, never below 0.
fn apart(a: &Watched<'_>, b: &Watched<'_>) -> f64 {
    let (Some(lat1), Some(lon1), Some(lat2), Some(lon2)) = (a.latitude, a.longitude, b.latitude, b.longitude) else { return 0.0 };
    const RADIUS: f64 = 6371.0088;
    let (p1, p2, dl) = (lat1.to_radians(), lat2.to_radians(), (lon2 - lon1).to_radians());
    let h = ((p2 - p1) / 2.0).sin().powi(2) + p1.cos() * p2.cos() * (dl / 2.0).sin().powi(2);
    let km = 2.0 * RADIUS * h.sqrt().min(1.0).asin();
    (km - a.accuracy_km.unwrap_or(0.0) - b.accuracy_km.unwrap_or(0.0)).max(0.0)
}

/// Two events at one instant are a second apart: a speed must stay a number.
fn speed(km: f64, first: Instant, second: Instant) -> f64 {
    km / ((second.0 - first.0).max(1_000_000) as f64 / HOUR as f64)
}

/// Where a relay stands says nothing of where a person is: a sign-in through one is looked past, so that it hides no journey.
fn relay(ground: &Ground<'_>, e: &Watched<'_>) -> bool {
    e.asn.is_some_and(|n| ground.config.detection.relay_networks.contains(&n))
}

fn same_network(a: &Watched<'_>, b: &Watched<'_>) -> bool {
    a.asn.is_some() && a.asn == b.asn
}

/// Successful changes that the identity made within an hour of either event.
fn changes_near(ground: &Ground<'_>, id: &str, at: [Instant; 2]) -> i64 {
    let near = |t: Instant| at.iter().any(|a| (a.0 - t.0).abs() <= HOUR);
    let own = ground.changes.iter().filter(|c| c.actor_id == Some(id) && c.outcome == "success" && near(c.occurred_at));
    i64::try_from(own.count()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: f64, longitude: f64, accuracy_km: f64) -> Watched<'static> {
        Watched {
            source: "s",
            tenant: "",
            event_id: "e",
            occurred_at: Instant(0),
            identity_id: "u",
            stream: "interactive",
            outcome: "success",
            refusal: "",
            app_id: "",
            correlation_id: "",
            method: "",
            legacy_protocol: false,
            ip: "",
            asn: None,
            country: "",
            latitude: Some(latitude),
            longitude: Some(longitude),
            accuracy_km: Some(accuracy_km),
        }
    }

    #[test]
    fn a_quarter_of_the_globe_and_accuracy_that_swallows_the_distance() {
        // A quarter of a great circle: 6371.0088 km x pi / 2.
        assert!((apart(&at(0.0, 0.0, 0.0), &at(0.0, 90.0, 0.0)) - 10_007.557).abs() < 0.01);
        assert!((apart(&at(90.0, 0.0, 0.0), &at(0.0, 0.0, 7.557)) - 10_000.0).abs() < 0.01);
        assert_eq!(apart(&at(0.0, 0.0, 60.0), &at(0.0, 1.0, 60.0)), 0.0);
    }

    #[test]
    fn speed_is_kilometres_an_hour_and_never_infinite() {
        assert_eq!(speed(900.0, Instant(0), Instant(HOUR)), 900.0);
        assert!(speed(900.0, Instant(5), Instant(5)).is_finite());
    }
}
