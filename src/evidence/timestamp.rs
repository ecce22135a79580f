//! Trusted time (RFC 3161): the request that a time-stamping authority answers, and its answer.

use anyhow::{Context, bail};
use cms::cert::x509::spki::AlgorithmIdentifier;
use cms::signed_data::SignedData;
use der::asn1::{Any, ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use x509_tsp::{MessageImprint, TimeStampReq, TimeStampResp, TspVersion, TstInfo};

pub(super) const QUERY: &str = "timestamp.tsq";
pub(super) const REPLY: &str = "timestamp.tsr";

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// The highest status that carries a token: granted, or granted with changes.
const GRANTED: u8 = 1;

/// The request: no nonce, since the same pack must give the same request.
pub(super) fn query(statement: &[u8]) -> anyhow::Result<Vec<u8>> {
    let imprint = MessageImprint {
        hash_algorithm: AlgorithmIdentifier { oid: SHA_256, parameters: Some(Any::null()) },
        hashed_message: OctetString::new(Sha256::digest(statement).to_vec())?,
    };
    let asked = TimeStampReq { version: TspVersion::V1, message_imprint: imprint, req_policy: None, nonce: None, cert_req: true, extensions: None };
    Ok(asked.to_der()?)
}

/// Whether a request is the one that was made for this statement.
pub(super) fn asks_about(asked: &[u8], statement: &[u8]) -> bool {
    query(statement).is_ok_and(|own| own == asked)
}

fn imprints(imprint: &MessageImprint, statement: &[u8]) -> bool {
    imprint.hash_algorithm.oid == SHA_256 && imprint.hashed_message.as_bytes() == Sha256::digest(statement).as_slice()
}

/// The instant that an answer states for this statement. Who signed it is for `openssl ts -verify` to tell, which has the
/// authority's certificate.
pub(super) fn stamped(reply: &[u8], statement: &[u8]) -> anyhow::Result<Timestamp> {
    let answer = TimeStampResp::from_der(reply).context("the file is no answer of a time-stamping authority")?;
    let status = answer.status.status as u8;
    if status > GRANTED {
        bail!("the authority did not grant the time stamp: status {status}");
    }
    let token = answer.time_stamp_token.context("the answer holds no token")?;
    let signed = SignedData::from_der(&token.content.to_der()?).context("the token is no signed message")?;
    let content = signed.encap_content_info.econtent.context("the token is empty")?;
    let told = TstInfo::from_der(content.value()).context("the token holds no time")?;
    if !imprints(&told.message_imprint, statement) {
        bail!("the time stamp is for another digest");
    }
    let seconds = told.gen_time.to_unix_duration().as_secs();
    Ok(Timestamp::from_second(i64::try_from(seconds)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_comes_back_with_the_digest() {
        let asked = query(b"statement").unwrap();
        assert!(asks_about(&asked, b"statement"));
        assert!(!asks_about(&asked, b"another"));
        assert!(!asks_about(b"no request", b"statement"));
        assert_eq!(asked, query(b"statement").unwrap());
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        assert!(format!("{:#}", stamped(b"nothing", b"statement").unwrap_err()).contains("no answer"));
        // PKIStatusInfo with status 2, rejection, and no token.
        let refused = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02];
        assert!(format!("{:#}", stamped(&refused, b"statement").unwrap_err()).contains("not grant"));
    }
}
