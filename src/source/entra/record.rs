//! The record as Graph and Azure Monitor write it: borrowed, forgiving, in one pass.

use super::super::lenient::{Flag, List, Maybe, Real, Text, Whole, lenient};

lenient! {
    /// A `signIn`; in an envelope it stands under `properties`.
    SignInRecord {
        "id" => id: Text<'a>,
        "createdDateTime" => created: Text<'a>,
        "userId" => user_id: Text<'a>,
        "userPrincipalName" => user_name: Text<'a>,
        "appId" => app_id: Text<'a>,
        "appDisplayName" => app_name: Text<'a>,
        "resourceId" => resource_id: Text<'a>,
        "isInteractive" => interactive: Flag,
        "signInEventTypes" => event_types: List<Text<'a>>,
        "clientAppUsed" => client: Text<'a>,
        "authenticationProtocol" => protocol: Text<'a>,
        "authenticationRequirement" => requirement: Text<'a>,
        "authenticationDetails" => steps: Steps<'a>,
        "mfaDetail" => mfa_detail: Maybe<MfaDetail<'a>>,
        "status" => status: Maybe<Status<'a>>,
        "appliedConditionalAccessPolicies" => policies: List<AppliedPolicy<'a>>,
        "crossTenantAccessType" => cross_tenant: Text<'a>,
        "homeTenantId" => home_tenant: Text<'a>,
        "resourceTenantId" => resource_tenant: Text<'a>,
        "tokenIssuerType" => issuer_type: Text<'a>,
        "deviceDetail" => device: Maybe<Device<'a>>,
        "location" => location: Maybe<Location<'a>>,
        "networkLocationDetails" => networks: List<Network<'a>>,
        "ipAddress" => ip: Text<'a>,
        "autonomousSystemNumber" => asn: Whole,
        "correlationId" => correlation_id: Text<'a>,
        "servicePrincipalId" => workload_id: Text<'a>,
        "servicePrincipalName" => workload_name: Text<'a>,
    }
}

lenient! {
    /// An Azure Monitor envelope.
    Wrapped {
        "time" => time: Text<'a>,
        "category" => category: Text<'a>,
        "resultType" => result_type: Text<'a>,
        "resultSignature" => result_signature: Text<'a>,
        "callerIpAddress" => ip: Text<'a>,
        "properties" => properties: Properties<'a>,
    }
}

lenient! { Status { "errorCode" => code: Whole, "additionalDetails" => details: Text<'a>, } }
lenient! { MfaDetail { "authMethod" => method: Text<'a>, } }
lenient! { AppliedPolicy { "result" => result: Text<'a>, "enforcedGrantControls" => grants: List<Text<'a>>, } }
lenient! { Device { "isCompliant" => compliant: Flag, } }
lenient! { Network { "networkType" => kind: Text<'a>, } }
lenient! { Coordinates { "latitude" => latitude: Real, "longitude" => longitude: Real, } }
lenient! { Location { "countryOrRegion" => country: Text<'a>, "geoCoordinates" => coordinates: Maybe<Coordinates<'a>>, } }
lenient! {
    /// One authentication step.
    Step {
        "authenticationMethod" => method: Text<'a>,
        "authenticationStepResultDetail" => result: Text<'a>,
        "succeeded" => succeeded: Flag,
    }
}

/// Steps as a list, or as the text of one; the difference between absent and empty matters.
#[derive(Debug, Clone, Default)]
pub(super) enum Steps<'a> {
    #[default]
    Absent,
    List(Vec<Step<'a>>),
    Text(std::borrow::Cow<'a, str>),
}

struct StepsVisitor;

impl<'de> serde::de::Visitor<'de> for StepsVisitor {
    type Value = Steps<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list or its text")
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut steps = Vec::new();
        while let Some(Maybe(step)) = seq.next_element::<Maybe<Step<'de>>>()? {
            steps.extend(step);
        }
        Ok(Steps::List(steps))
    }
    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Steps::Text(v.into()))
    }
    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Steps::Text(v.to_owned().into()))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Steps::Absent)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Steps::Absent)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Steps::Absent)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Steps::Absent)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Steps::Absent)
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let step = serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(Steps::List(vec![step]))
    }
}

impl<'de: 'a, 'a> serde::Deserialize<'de> for Steps<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(StepsVisitor)
    }
}

/// The record inside an envelope, as an object or as the text of one.
#[derive(Debug, Clone, Default)]
pub(super) enum Properties<'a> {
    #[default]
    Absent,
    Object(Box<SignInRecord<'a>>),
    Text(std::borrow::Cow<'a, str>),
}

struct PropertiesVisitor;

impl<'de> serde::de::Visitor<'de> for PropertiesVisitor {
    type Value = Properties<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object or its text")
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let record = serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(Properties::Object(Box::new(record)))
    }
    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Properties::Text(v.into()))
    }
    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Properties::Text(v.to_owned().into()))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Properties::Absent)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Properties::Absent)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Properties::Absent)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Properties::Absent)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Properties::Absent)
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(Properties::Absent)
    }
}

impl<'de: 'a, 'a> serde::Deserialize<'de> for Properties<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(PropertiesVisitor)
    }
}

impl SignInRecord<'_> {
    pub(super) fn has_steps(&self) -> bool {
        !matches!(self.steps, Steps::Absent)
    }
}
