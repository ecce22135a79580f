//! Who is in the tenant: employees, guests, service accounts, rooms and emergency accounts, each with the
//! traits that decide what its records look like.

use super::Plan;
use super::calendar::{Calendar, Day};
use super::cast::Cast;
use super::dice::{Dice, Guid, Purpose};
use super::names;

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// An employee.
    Workforce,
    /// A person of another organisation.
    Guest,
    /// A user object that software signs in with.
    Service,
    /// A room or shared mailbox.
    Shared,
    /// An emergency account.
    BreakGlass,
}

/// The method a person uses by habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Authenticator notification.
    Push,
    /// Text message.
    Sms,
    /// Code from an app.
    Totp,
    /// Phone sign-in without a password.
    Phone,
    /// Windows Hello for Business.
    Hello,
    /// Security key.
    Fido2,
    /// Passkey in the authenticator app.
    Passkey,
    /// Smart card or certificate.
    Certificate,
    /// Nothing registered.
    Nothing,
}

/// The part a person plays in the tenant's story: which irregularity, if any, its sign-ins show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// None.
    Ordinary,
    /// MFA skipped on a remembered device.
    Remembered,
    /// MFA skipped in a trusted place.
    TrustedSite,
    /// MFA required, but the record never says what happened.
    LateForever,
    /// MFA carried by claim although the requirement says single factor.
    ClaimTrap,
    /// Signs in through a federation server.
    Federated,
    /// Signs in through a RADIUS extension.
    Radius,
    /// Also reads mail with a legacy client.
    LegacyMail,
    /// Single factor, with no exception to excuse it.
    Leaky,
    /// Single factor while the exception keeps it out of the policy.
    Excepted,
    /// Has an exception and never needs it.
    NeedlessException,
    /// Is flooded with prompts one evening.
    Flooded,
    /// A guest whose home tenant does the MFA.
    HomeMfa,
}

/// Where a person's account lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    /// In this tenant.
    Here,
    /// In the trusted partner's tenant.
    Partner,
    /// In a tenant nobody vouches for.
    Stranger,
}

/// A registered method and the time it is in place.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    /// Its name in the registration export.
    pub(crate) name: &'static str,
    /// First day.
    pub(crate) since: Day,
    /// First day without it.
    pub(crate) until: Option<Day>,
}

/// One account.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its part in the story.
    pub(crate) part: Part,
    /// Object id.
    pub(crate) id: Guid,
    /// User principal name in the directory.
    pub(crate) upn: String,
    /// User principal name in sign-in records (guests: the home name).
    pub(crate) sign_in_name: String,
    /// Display name.
    pub(crate) display: String,
    /// Display name as a JSON string, quotes included.
    pub(crate) display_json: String,
    /// Department.
    pub(crate) department: &'static str,
    /// Day of creation.
    pub(crate) created: Day,
    /// First working day, for employees.
    pub(crate) hired: Option<Day>,
    /// First day on which the account is disabled.
    pub(crate) left: Option<Day>,
    /// First day on which the account is gone.
    pub(crate) deleted: Option<Day>,
    /// Synchronised from an on-premises directory.
    pub(crate) synced: bool,
    /// Habit.
    pub(crate) habit: Habit,
    /// Registered methods.
    pub(crate) methods: Vec<Method>,
    /// Registered methods are not allowed by the method policy.
    pub(crate) unusable: bool,
    /// Missing from the registration export without a reason.
    pub(crate) unlisted: bool,
    /// Home tenant.
    pub(crate) home: Home,
    /// Index into the places.
    pub(crate) place: usize,
    /// Last part of the address.
    pub(crate) host: u32,
    /// Device id, when a managed device is used.
    pub(crate) device: Option<Guid>,
    /// Activity against the average, per mille.
    pub(crate) pace: u32,
    /// When a policy leaves the person out: first day and first day after.
    pub(crate) excluded: Vec<(Day, Option<Day>)>,
}

const PHISHING_RESISTANT: [&str; 5] = ["fido2", "passKeyDeviceBound", "passKeyDeviceBoundAuthenticator", "windowsHelloForBusiness", "x509Certificate"];
const NOT_A_FACTOR: [&str; 5] = ["email", "securityQuestion", "appPassword", "temporaryAccessPass", "qrCode"];

impl Person {
    /// The account exists at the end of a day.
    pub(crate) fn exists(&self, day: Day) -> bool {
        self.created <= day && self.deleted.is_none_or(|gone| gone > day)
    }

    /// The account is enabled at the end of a day.
    pub(crate) fn enabled(&self, day: Day) -> bool {
        self.left.is_none_or(|left| left > day)
    }

    /// The person signs in on that day, if at all.
    pub(crate) fn active(&self, day: Day) -> bool {
        self.exists(day) && self.enabled(day) && self.hired.unwrap_or(self.created) <= day
    }

    /// Names of the methods in place at the end of a day.
    pub(crate) fn methods_on(&self, day: Day) -> impl Iterator<Item = &'static str> {
        self.methods.iter().filter(move |method| method.since <= day && method.until.is_none_or(|end| end > day)).map(|method| method.name)
    }

    /// A second factor is registered.
    pub(crate) fn registered(&self, day: Day) -> bool {
        self.methods_on(day).any(|name| !NOT_A_FACTOR.contains(&name))
    }

    /// A second factor is registered and allowed.
    pub(crate) fn capable(&self, day: Day) -> bool {
        self.registered(day) && !self.unusable
    }

    /// A phishing-resistant method is registered.
    pub(crate) fn phishing_resistant(&self, day: Day) -> bool {
        self.methods_on(day).any(|name| PHISHING_RESISTANT.contains(&name))
    }

    /// The MFA policy leaves the person out on that day.
    pub(crate) fn excluded_on(&self, day: Day) -> bool {
        self.excluded.iter().any(|(from, until)| *from <= day && until.is_none_or(|end| end > day))
    }
}

/// Makes everybody.
pub(crate) fn everybody(plan: &Plan, calendar: &Calendar, cast: &Cast) -> Vec<Person> {
    let count = usize::try_from(plan.people).unwrap_or(0);
    let mut people: Vec<Person> = (0..count).map(|index| super::person::make(plan, calendar, cast, index)).collect();
    if !plan.clean {
        for (person, name) in people.iter_mut().skip(cast.managers.end).zip(names::hostile()) {
            name_json(person, name);
        }
    }
    people
}

/// Gives a person a display name.
pub(crate) fn name_json(person: &mut Person, display: String) {
    person.display_json = serde_json::Value::from(display.as_str()).to_string();
    person.display = display;
}

/// The dice of one person's traits.
pub(crate) fn traits(plan: &Plan, index: usize) -> Dice {
    Dice::new(plan.seed, Purpose::Person, index as u64, 0)
}
