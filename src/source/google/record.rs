//! An activity as the Reports API and the tools behind it write it: borrowed, forgiving, in one pass.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::lenient::{Key, List, Maybe, Text, lenient};

lenient! {
    /// An activity. Its events are a list or one object; some tools write `event`, others put the only event's
    /// name and parameters on top.
    Activity {
        "id" => id: Maybe<ActivityId<'a>>,
        "actor" => actor: Maybe<Actor<'a>>,
        "ipAddress" => ip: Text<'a>,
        "events" => events: List<Maybe<Event<'a>>>,
        "event" => event: List<Maybe<Event<'a>>>,
        "name" => name: Text<'a>,
        "parameters" => parameters: Parameters<'a>,
    }
}
lenient! { ActivityId { "time" => time: Text<'a>, "uniqueQualifier" => unique: Text<'a>, "applicationName" => application: Text<'a>, } }
lenient! { Actor { "email" => email: Text<'a>, "profileId" => id: Text<'a>, } }
lenient! { Event { "name" => name: Text<'a>, "parameters" => parameters: Parameters<'a>, } }
lenient! {
    /// The value stands under the name of its type.
    Parameter {
        "name" => name: Text<'a>,
        "value" => text: Values<'a>,
        "boolValue" => flag: Values<'a>,
        "intValue" => number: Values<'a>,
        "multiValue" => many: Values<'a>,
    }
}

/// The parameters that matter, from a list of names and values or from a map.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters<'a> {
    pub(super) login_type: Values<'a>,
    pub(super) methods: Values<'a>,
    pub(super) status: Values<'a>,
    pub(super) second_factor: Values<'a>,
    pub(super) affected: Values<'a>,
}

impl<'a> Parameters<'a> {
    fn place(&mut self, name: &str) -> Option<&mut Values<'a>> {
        match name {
            "login_type" => Some(&mut self.login_type),
            "login_challenge_method" => Some(&mut self.methods),
            "login_challenge_status" => Some(&mut self.status),
            "is_second_factor" => Some(&mut self.second_factor),
            "affected_email_address" => Some(&mut self.affected),
            _ => None,
        }
    }
}

/// The values of one parameter, each as text.
#[derive(Debug, Clone, Default)]
pub(super) struct Values<'a>(pub(super) Vec<Text<'a>>);

impl Values<'_> {
    /// The first value; empty text when there is none.
    pub(super) fn first(&self) -> &str {
        self.0.first().map_or("", Text::or_empty)
    }
}

fn single<'a>(value: impl Into<Cow<'a, str>>) -> Values<'a> {
    Values(vec![Text(Some(value.into()))])
}

struct ParametersVisitor;

impl<'de> Visitor<'de> for ParametersVisitor {
    type Value = Parameters<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a map of parameters")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut out = Parameters::default();
        while let Some(Maybe(item)) = seq.next_element::<Maybe<Parameter<'de>>>()? {
            let Some(item) = item else { continue };
            if let Some(place) = out.place(item.name.or_empty()) {
                place.0.extend([item.text, item.flag, item.number, item.many].into_iter().flat_map(|v| v.0));
            }
        }
        Ok(out)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut out = Parameters::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let values = map.next_value::<Values<'de>>()?;
            if let Some(place) = out.place(key.as_str()) {
                *place = values;
            }
        }
        Ok(out)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Parameters<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ParametersVisitor)
    }
}

struct ValuesVisitor;

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a list of values")
    }
    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(single(v))
    }
    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(single(v.to_owned()))
    }
    fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
        Ok(single(if v { "true" } else { "false" }))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
        Ok(single(v.to_string()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
        Ok(single(v.to_string()))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Self::Value, E> {
        Ok(single(v.to_string()))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Values::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element::<Text<'de>>()? {
            values.push(value);
        }
        Ok(Values(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Values::default())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Values<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ValuesVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_as_a_list_or_a_map() {
        for json in [
            r#"[{"name":"login_type","value":"google_password"},7,null,{"name":"login_challenge_method","multiValue":["password","google_prompt"]},{"name":"is_second_factor","boolValue":true},{"name":"x","intValue":"5"}]"#,
            r#"{"login_type":"google_password","login_challenge_method":["password","google_prompt"],"is_second_factor":true,"x":{"y":[1]},"z":null}"#,
        ] {
            let p: Parameters<'_> = serde_json::from_str(json).unwrap();
            let methods: Vec<_> = p.methods.0.iter().map(Text::or_empty).collect();
            assert_eq!((p.login_type.first(), methods, p.second_factor.first(), p.status.first()), ("google_password", vec!["password", "google_prompt"], "true", ""), "{json}");
        }
        for json in ["null", "7", "1.5", "-1", "true", "\"x\"", "[]", "{}"] {
            let p: Parameters<'_> = serde_json::from_str(json).unwrap();
            assert!(p.methods.0.is_empty(), "{json}");
        }
    }
}
