//! Invented names, places and applications. Addresses come from the documentation ranges (RFC 5737, RFC 3849,
//! RFC 5398), domains from RFC 2606.

/// Given names.
pub(crate) const GIVEN: [&str; 32] = [
    "Anna", "Ben", "Clara", "David", "Elif", "Finn", "Greta", "Hannes", "Ida", "Jonas", "Kira", "Lukas", "Mara", "Nils", "Olga", "Paul", "Quirin", "Rosa", "Samir", "Tilda", "Uwe",
    "Vera", "Wim", "Xenia", "Yusuf", "Zoe", "Arne", "Britta", "Cem", "Dora", "Emil", "Frida",
];

/// Family names.
pub(crate) const FAMILY: [&str; 32] = [
    "Ahrens", "Brandt", "Conrad", "Dietz", "Ebert", "Franke", "Gruber", "Hartwig", "Imhof", "Jansen", "Keller", "Lorenz", "Maurer", "Neumann", "Oster", "Pohl", "Quast", "Richter",
    "Seidel", "Thoma", "Ulrich", "Vogel", "Winkler", "Xander", "Yilmaz", "Ziegler", "Albers", "Busch", "Carstens", "Demir", "Engel", "Fuchs",
];

/// Departments.
pub(crate) const DEPARTMENTS: [&str; 8] = ["Finance", "Sales", "Production", "Engineering", "Human Resources", "Logistics", "Information Technology", "Legal"];

/// Display names that try to become markup, formulas or layout somewhere down the line.
pub(crate) fn hostile() -> Vec<String> {
    vec![
        "<script>alert(1)</script> Anna <b>Ahrens</b>".to_owned(),
        "=1+1".to_owned(),
        "#emph[x] $x^2$ #sys.version".to_owned(),
        "Ben \u{202e}tdnarB".to_owned(),
        "Clara \u{1f600} \u{1f469}\u{200d}\u{1f4bb}".to_owned(),
        "\u{5c71}\u{7530} \u{592a}\u{90ce}".to_owned(),
        "'); DROP TABLE sign_ins; -- \"quoted\" \\ back".to_owned(),
        "Very long name of one person ".repeat(70),
    ]
}

/// A place from which people sign in.
#[derive(Debug)]
pub(crate) struct Place {
    /// City.
    pub(crate) city: &'static str,
    /// State or region.
    pub(crate) state: &'static str,
    /// Two-letter country.
    pub(crate) country: &'static str,
    /// Latitude and longitude as text, so that no float formatting is involved.
    pub(crate) position: (&'static str, &'static str),
    /// First part of the address.
    pub(crate) network: &'static str,
    /// Autonomous system number from the documentation range.
    pub(crate) system: u32,
    /// The named location that holds the network, when it is trusted.
    pub(crate) trusted: Option<&'static str>,
}

/// Index of the head office, the only trusted network.
pub(crate) const HEAD_OFFICE: usize = 0;
/// Index of the far place of the impossible journey.
pub(crate) const FAR_AWAY: usize = 4;

/// The places; people live in the first four.
pub(crate) static PLACES: [Place; 5] = [
    Place { city: "Berlin", state: "Berlin", country: "DE", position: ("52.52", "13.405"), network: "192.0.2.", system: 64496, trusted: Some("HQ Berlin") },
    Place { city: "Hamburg", state: "Hamburg", country: "DE", position: ("53.5511", "9.9937"), network: "198.51.100.", system: 64497, trusted: None },
    Place { city: "Wien", state: "Wien", country: "AT", position: ("48.2082", "16.3738"), network: "203.0.113.", system: 64498, trusted: None },
    Place { city: "Leipzig", state: "Sachsen", country: "DE", position: ("51.3397", "12.3731"), network: "2001:db8:51::", system: 64499, trusted: None },
    Place { city: "New York", state: "New York", country: "US", position: ("40.7128", "-74.006"), network: "2001:db8:a1::", system: 64500, trusted: None },
];

/// An application and the resource it calls.
#[derive(Debug)]
pub(crate) struct App {
    /// Application id.
    pub(crate) id: &'static str,
    /// Application name.
    pub(crate) name: &'static str,
    /// Resource id.
    pub(crate) resource: &'static str,
    /// Resource name.
    pub(crate) resource_name: &'static str,
    /// True for an application that runs in a browser.
    pub(crate) browser: bool,
}

const GRAPH: (&str, &str) = ("00000003-0000-0000-c000-000000000000", "Microsoft Graph");
const EXCHANGE: (&str, &str) = ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online");

const fn app(id: &'static str, name: &'static str, (resource, resource_name): (&'static str, &'static str), browser: bool) -> App {
    App { id, name, resource, resource_name, browser }
}

/// The applications people use.
pub(crate) static APPS: [App; 6] = [
    app("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome", GRAPH, true),
    app("5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "Microsoft Teams Web Client", GRAPH, true),
    app("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office", EXCHANGE, false),
    app("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams", GRAPH, false),
    app("5b1f4d1c-7c0e-4f3a-9d1c-0a7d1f5c2e11", "Travel Expenses", ("5b1f4d1c-7c0e-4f3a-9d1c-0a7d1f5c2e11", "Travel Expenses"), true),
    app("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Azure Resource Manager"), true),
];

/// The mail service that legacy clients talk to.
pub(crate) static MAIL: App = app(EXCHANGE.0, EXCHANGE.1, EXCHANGE, false);
