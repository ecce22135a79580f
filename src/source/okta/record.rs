//! A System Log event as Okta and the tools behind it write it: borrowed, forgiving, in one pass.

use super::super::lenient::{List, Maybe, Real, Text, Whole, lenient};

lenient! {
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

lenient! { Hook { "events" => events: Option<List<Maybe<LogEvent<'a>>>>, } }
lenient! { Actor { "id" => id: Text<'a>, "type" => kind: Text<'a>, "alternateId" => name: Text<'a>, } }
lenient! { Outcome { "result" => result: Text<'a>, "reason" => reason: Text<'a>, } }
lenient! { Transaction { "id" => id: Text<'a>, } }
lenient! { Security { "asNumber" => asn: Whole, } }
lenient! { UserAgent { "browser" => browser: Text<'a>, "rawUserAgent" => raw: Text<'a>, } }
lenient! { Geolocation { "lat" => latitude: Real, "lon" => longitude: Real, } }
lenient! { Geography { "country" => country: Text<'a>, "geolocation" => point: Maybe<Geolocation<'a>>, } }
lenient! { Client { "userAgent" => agent: Maybe<UserAgent<'a>>, "ipAddress" => ip: Text<'a>, "geographicalContext" => geography: Maybe<Geography<'a>>, } }
lenient! { Issuer { "id" => id: Text<'a>, } }
lenient! {
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
lenient! {
    /// The order of targets is not fixed: they are found by type.
    Target {
        "id" => id: Text<'a>,
        "type" => kind: Text<'a>,
        "displayName" => name: Text<'a>,
        "detailEntry" => detail: Maybe<TargetDetail<'a>>,
    }
}
lenient! {
    TargetDetail {
        "methodTypeUsed" => method: Text<'a>,
        "methodUsedVerifiedProperties" => properties: List<Text<'a>>,
        "policyRuleFactorMode" => factor_mode: Text<'a>,
    }
}
lenient! { Debugging { "debugData" => data: Maybe<DebugData<'a>>, } }
lenient! {
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
