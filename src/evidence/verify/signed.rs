//! Signatures: whether they fit the statement, and whether they are of the keys that a reader trusts.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Verifier as _;
use minisign::{PublicKey as MinisignKey, SignatureBox};
use ssh_key::{HashAlg, PublicKey, SshSig};

use super::{Kind, Trusted, Verdict};
use crate::evidence::bag::Bag;
use crate::evidence::sign::{self, ENVELOPE, Envelope, MINISIGN, NAMESPACE, PAYLOAD_TYPE, SSH};
use crate::evidence::statement::{self, Statement};

/// Everything that a signature is held against.
struct Against<'a> {
    bytes: &'a [u8],
    /// Names that the statement gives; none when it cannot be read.
    signers: &'a [String],
    ssh: Vec<&'a PublicKey>,
    minisign: Vec<&'a MinisignKey>,
}

pub(super) fn check(bag: &Bag, statement: Option<&Statement>, trusted: &[Trusted], verdict: &mut Verdict) {
    let Some(bytes) = bag.get(statement::PATH) else { return };
    let against = Against {
        bytes,
        signers: statement.map(|s| s.predicate.signers.as_slice()).unwrap_or_default(),
        ssh: trusted.iter().filter_map(|t| if let Trusted::Ssh(key) = t { Some(key) } else { None }).collect(),
        minisign: trusted.iter().filter_map(|t| if let Trusted::Minisign(key) = t { Some(key) } else { None }).collect(),
    };
    present(bag, &against, verdict);
    let embedded = bag.get(SSH).and_then(|pem| ssh_signature(pem, &against, verdict));
    if let Some(envelope) = bag.get(ENVELOPE) {
        enveloped(envelope, embedded.as_ref(), &against, verdict);
    }
    if let Some(text) = bag.text(MINISIGN) {
        minisigned(text, &against, verdict);
    }
    if against.signers.is_empty() {
        verdict.note("the pack is unsigned: its digests show damage, and not who made it");
    } else if trusted.is_empty() {
        verdict.note(format!("signed by {}, which was not held against a key that you trust: give it by `--key`", against.signers.join(" and ")));
    } else if against.ssh.is_empty() && bag.get(SSH).is_some() {
        verdict.note("the SSH signature fits the key inside it; whose key that is was not checked");
    }
}

/// Signatures that must be there and are not.
fn present(bag: &Bag, against: &Against<'_>, verdict: &mut Verdict) {
    for name in against.signers {
        let files: &[&str] = if name.starts_with("ssh ") { &[SSH, ENVELOPE] } else { &[MINISIGN] };
        for file in files.iter().filter(|f| bag.get(f).is_none()) {
            verdict.add(Kind::SignatureMissing, *file, format!("the statement says that {name} signed it"));
        }
    }
    for (file, given) in [(SSH, against.ssh.len()), (MINISIGN, against.minisign.len())] {
        if given > 0 && bag.get(file).is_none() {
            verdict.add(Kind::Unsigned, file, "a key was given, but there is no signature of its kind");
        }
    }
}

/// The key inside a signature that fits.
fn ssh_signature(pem: &[u8], against: &Against<'_>, verdict: &mut Verdict) -> Option<PublicKey> {
    let signature = match SshSig::from_pem(pem) {
        Ok(read) => read,
        Err(e) => {
            verdict.add(Kind::BadSignature, SSH, format!("it cannot be read: {e}"));
            return None;
        }
    };
    let key = PublicKey::from(signature.public_key().clone());
    let name = sign::ssh_name(&key.fingerprint(HashAlg::Sha256).to_string());
    if signature.namespace() != NAMESPACE {
        verdict.add(Kind::Namespace, SSH, format!("it was made for `{}` and not for `{NAMESPACE}`", signature.namespace()));
    }
    if key.verify(signature.namespace(), against.bytes, &signature).is_err() {
        verdict.add(Kind::BadSignature, SSH, format!("it does not fit the statement and the key {name}"));
        return None;
    }
    let known = against.ssh.iter().any(|t| t.key_data() == key.key_data());
    if !against.ssh.is_empty() && !known {
        verdict.add(Kind::ForeignKey, SSH, format!("signed by {name}, which is none of the given keys"));
    }
    named(SSH, &name, against, verdict);
    if known && signature.namespace() == NAMESPACE {
        verdict.signed_by.push(name);
    }
    Some(key)
}

/// A signer that the statement does not name came later.
fn named(file: &str, name: &str, against: &Against<'_>, verdict: &mut Verdict) {
    if !against.signers.iter().any(|s| s == name) {
        verdict.add(Kind::ForeignKey, file, format!("signed by {name}, which the statement does not name"));
    }
}

fn enveloped(bytes: &[u8], embedded: Option<&PublicKey>, against: &Against<'_>, verdict: &mut Verdict) {
    let envelope: Envelope = match serde_json::from_slice(bytes) {
        Ok(read) => read,
        Err(e) => {
            verdict.add(Kind::Envelope, ENVELOPE, format!("it cannot be read: {e}"));
            return;
        }
    };
    let payload = STANDARD.decode(&envelope.payload).unwrap_or_default();
    if envelope.payload_type != PAYLOAD_TYPE || payload != against.bytes {
        verdict.add(Kind::Envelope, ENVELOPE, "it holds another statement than statement.json");
    }
    if envelope.signatures.len() != 1 {
        verdict.add(Kind::Envelope, ENVELOPE, format!("it holds {} signatures, where one was made", envelope.signatures.len()));
    }
    if serde_json::to_vec_pretty(&envelope).is_ok_and(|own| [own.as_slice(), b"\n"].concat() != bytes) {
        verdict.add(Kind::Envelope, ENVELOPE, "it is not written as it was made, or holds more than an envelope");
    }
    let signed = sign::pre_authentication(&envelope.payload_type, &payload);
    for s in &envelope.signatures {
        let of = |key: &&PublicKey| key.fingerprint(HashAlg::Sha256).to_string() == s.keyid;
        let Some(key) = against.ssh.iter().copied().chain(embedded).find(of) else {
            verdict.add(Kind::ForeignKey, ENVELOPE, format!("signed by `{}`, whose key is neither given nor inside {SSH}", s.keyid));
            continue;
        };
        let signature = STANDARD.decode(&s.sig).ok().and_then(|raw| ssh_key::Signature::new(key.algorithm(), raw).ok());
        if signature.is_none_or(|raw| key.key_data().verify(&signed, &raw).is_err()) {
            verdict.add(Kind::BadSignature, ENVELOPE, format!("the signature of {} does not fit", s.keyid));
        }
    }
}

fn minisigned(text: &str, against: &Against<'_>, verdict: &mut Verdict) {
    // The library takes a second signature of any length at its word.
    let whole = text.lines().count() == 4 && text.lines().nth(3).and_then(|l| STANDARD.decode(l.trim()).ok()).is_some_and(|raw| raw.len() == 64);
    let signature = match SignatureBox::from_string(text) {
        Ok(read) if whole => read,
        Ok(_) => {
            verdict.add(Kind::BadSignature, MINISIGN, "the signature of its comment is cut, or something follows it");
            return;
        }
        Err(e) => {
            verdict.add(Kind::BadSignature, MINISIGN, format!("it cannot be read: {e}"));
            return;
        }
    };
    let name = sign::minisign_name(signature.keynum());
    named(MINISIGN, &name, against, verdict);
    let Some(key) = against.minisign.iter().find(|k| k.keynum() == signature.keynum()) else {
        if against.minisign.is_empty() {
            verdict.note(format!("the signature of {name} was not checked: give its public key by `--key`"));
        } else {
            verdict.add(Kind::ForeignKey, MINISIGN, format!("signed by {name}, which is none of the given keys"));
        }
        return;
    };
    match minisign::verify(key, &signature, Cursor::new(against.bytes), true, false, false) {
        Ok(()) => verdict.signed_by.push(name),
        Err(e) => verdict.add(Kind::BadSignature, MINISIGN, format!("it does not fit the statement and the key {name}: {e}")),
    }
}
