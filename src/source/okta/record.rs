//! A System Log event as Okta and the tools behind it write it: borrowed, forgiving, in one pass.

use super::super::lenient::{Key, List, Maybe, Real, Text, Whole};

/// Declares a borrowed struct whose keys may repeat, be unknown, or come in any case: some tools write every
/// key in lower case, which `lenient!` does not expect.
macro_rules! any_case {
    ($(#[$meta:meta])* $name:ident { $( $key:literal => $field:ident: $ty:ty, )* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default)]
        pub(super) struct $name<'a> { $( pub(super) $field: $ty, )* pub(super) marker: std::marker::PhantomData<&'a ()> }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                struct Fields<'a>(std::marker::PhantomData<&'a ()>);
                impl<'de: 'a, 'a> serde::de::Visitor<'de> for Fields<'a> {
                    type Value = $name<'a>;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut out = $name::default();
                        while let Some(key) = map.next_key::<Key<'de>>()? {
                            $( if key.as_str().eq_ignore_ascii_case($key) { out.$field = map.next_value()?; continue; } )*
                            map.next_value::<serde::de::IgnoredAny>()?;
                        }
                        Ok(out)
                    }
                }
                d.deserialize_map(Fields(std::marker::PhantomData))
            }
        }
    };
}

any_case! {
    /// A `LogEvent`, or what wraps one: `detail` of `EventBridge`, `event` of Splunk, `data.events` of an event hook.
    LogEvent {
        "uuid" => uuid: Text<'a>,
        "published" => published: Text<'a>,
        "eventType" => event_type: Text<'a>,
        "actor" => actor: Maybe<Actor<'a>>,
        "client" => client: Maybe<Client<'a>>,
        "securityContext" => security: Maybe<Security<'a>>,
        "authenticationContext" => context: Maybe<Context<'a>>,
        "outcome" => outcome: Maybe<Outcome<'a>>,
        "target" => targets: List<Maybe<Target<'a>>>,
        "transaction" => transaction: Maybe<Transaction<'a>>,
        "debugContext" => debug: Maybe<Debugging<'a>>,
        "time" => time: Text<'a>,
        "detail" => detail: Maybe<Box<LogEvent<'a>>>,
        "event" => event: Maybe<Box<LogEvent<'a>>>,
        "data" => data: Maybe<Hook<'a>>,
    }
}

any_case! { Hook { "events" => events: Option<List<Maybe<LogEvent<'a>>>>, } }
any_case! { Actor { "id" => id: Text<'a>, "type" => kind: Text<'a>, "alternateId" => name: Text<'a>, } }
any_case! { Outcome { "result" => result: Text<'a>, "reason" => reason: Text<'a>, } }
any_case! { Transaction { "id" => id: Text<'a>, } }
any_case! { Security { "asNumber" => asn: Whole, } }
any_case! { UserAgent { "browser" => browser: Text<'a>, "rawUserAgent" => raw: Text<'a>, } }
any_case! { Geolocation { "lat" => latitude: Real, "lon" => longitude: Real, } }
any_case! { Geography { "country" => country: Text<'a>, "geolocation" => point: Maybe<Geolocation<'a>>, } }
any_case! { Client { "userAgent" => agent: Maybe<UserAgent<'a>>, "ipAddress" => ip: Text<'a>, "geographicalContext" => geography: Maybe<Geography<'a>>, } }
any_case! { Issuer { "id" => id: Text<'a>, } }
any_case! {
    /// Most members are null in practice.
    Context {
        "authenticationProvider" => provider: Text<'a>,
        "credentialProvider" => credential_provider: Text<'a>,
        "credentialType" => credential_type: Text<'a>,
        "externalSessionId" => session: Text<'a>,
        "rootSessionId" => root_session: Text<'a>,
        "issuer" => issuer: Maybe<Issuer<'a>>,
    }
}
any_case! {
    /// The order of targets is not fixed: they are found by type.
    Target {
        "id" => id: Text<'a>,
        "type" => kind: Text<'a>,
        "displayName" => name: Text<'a>,
        "detailEntry" => detail: Maybe<TargetDetail<'a>>,
    }
}
any_case! {
    TargetDetail {
        "methodTypeUsed" => method: Text<'a>,
        "methodUsedVerifiedProperties" => properties: List<Text<'a>>,
        "policyRuleFactorMode" => factor_mode: Text<'a>,
    }
}
any_case! { Debugging { "debugData" => data: Maybe<DebugData<'a>>, } }
any_case! {
    DebugData {
        "factor" => factor: Text<'a>,
        "factorIntent" => intent: Text<'a>,
        "requestUri" => uri: Text<'a>,
        "authMethodFirstType" => first: Text<'a>,
        "authMethodFirstVerificationTime" => first_at: Text<'a>,
        "authMethodSecondType" => second: Text<'a>,
        "authMethodSecondVerificationTime" => second_at: Text<'a>,
    }
}

impl<'a> LogEvent<'a> {
    /// The first target of a type.
    pub(super) fn target(&self, kind: &str) -> Option<&Target<'a>> {
        self.targets.0.iter().filter_map(|t| t.0.as_ref()).find(|t| t.kind.is(kind))
    }

    pub(super) fn debug_data(&self) -> Option<&DebugData<'a>> {
        self.debug.0.as_ref().and_then(|d| d.data.0.as_ref())
    }

    /// The session, once there is a real one: before, Okta writes `unknown` or a temporary `trs…` id.
    pub(super) fn session(&self) -> Option<&str> {
        self.context.0.as_ref().and_then(|c| known(&c.session)).filter(|s| !s.get(..3).is_some_and(|p| p.eq_ignore_ascii_case("trs")))
    }

    pub(super) fn root_session(&self) -> Option<&str> {
        self.context.0.as_ref().and_then(|c| known(&c.root_session))
    }

    pub(super) fn transaction_id(&self) -> Option<&str> {
        self.transaction.0.as_ref().and_then(|t| known(&t.id))
    }
}

/// The text unless it is Okta's word for nothing.
pub(super) fn known<'t>(text: &'t Text<'_>) -> Option<&'t str> {
    text.get().filter(|t| !t.eq_ignore_ascii_case("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_whatever_their_case() {
        for json in [
            r#"{"eventType":"a","authenticationContext":{"externalSessionId":"idx1"},"target":[{"type":"Rule","displayName":"r"}],"debugContext":{"debugData":{"factor":"f"}}}"#,
            r#"{"eventtype":"a","authenticationcontext":{"externalsessionid":"idx1"},"target":[{"type":"Rule","displayname":"r"}],"debugcontext":{"debugdata":{"factor":"f"}}}"#,
        ] {
            let event: LogEvent<'_> = serde_json::from_str(json).unwrap();
            assert_eq!((event.event_type.get(), event.session()), (Some("a"), Some("idx1")));
            assert_eq!((event.target("rule").and_then(|t| t.name.get()), event.debug_data().and_then(|d| d.factor.get())), (Some("r"), Some("f")));
        }
    }

    #[test]
    fn nulls_and_temporary_sessions_are_none() {
        for session in ["null", r#""unknown""#, r#""trsAbc""#, r#""""#] {
            let json = format!(r#"{{"debugContext":{{"debugData":null}},"target":null,"authenticationContext":{{"externalSessionId":{session}}}}}"#);
            let event: LogEvent<'_> = serde_json::from_str(&json).unwrap();
            assert!(event.session().is_none() && event.debug_data().is_none() && event.target("User").is_none());
        }
    }
}
