//! Signatures over the statement: SSH and minisign, both checked by stock tools, and the DSSE envelope of in-toto.
//!
//! All of them are deterministic, so that a repeated run gives the same pack. The minisign library adds chance to its own
//! signatures, so its keys are read with it and the signature is made with the same curve's plain rule (RFC 8032).

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blake2::{Blake2b512, Digest as _};
use ed25519_dalek::Signer as _;
use jiff::Timestamp;
use minisign::SecretKeyBox;
use serde::{Deserialize, Serialize};
use ssh_key::{Algorithm, EcdsaCurve, HashAlg, LineEnding, PrivateKey};

/// What an SSH signature is made for; a signature made for anything else does not count.
pub const NAMESPACE: &str = "mfaudit-evidence";
pub(super) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
pub(super) const SSH: &str = "statement.json.sig";
pub(super) const MINISIGN: &str = "statement.json.minisig";
pub(super) const ENVELOPE: &str = "statement.dsse.json";

/// A private key as text.
#[derive(Clone, Copy)]
pub struct Key<'k> {
    /// As the tool that made it writes it.
    pub text: &'k str,
    /// Where it is encrypted.
    pub passphrase: Option<&'k str>,
}

impl std::fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The keys that sign a pack.
#[derive(Default)]
pub struct Signers {
    ssh: Option<PrivateKey>,
    minisign: Option<Minisign>,
}

impl std::fmt::Debug for Signers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Signers").field(&self.names()).finish()
    }
}

struct Minisign {
    key: ed25519_dalek::SigningKey,
    number: [u8; 8],
}

/// The envelope of in-toto.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Envelope {
    pub(super) payload: String,
    #[serde(rename = "payloadType")]
    pub(super) payload_type: String,
    pub(super) signatures: Vec<EnvelopeSignature>,
}

/// One signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EnvelopeSignature {
    pub(super) keyid: String,
    pub(super) sig: String,
}

impl Signers {
    /// Opens the keys.
    ///
    /// # Errors
    /// When a key is malformed, of a kind that cannot sign, or its passphrase is wrong or missing.
    pub fn new(ssh: Option<Key<'_>>, minisign: Option<Key<'_>>) -> anyhow::Result<Self> {
        Ok(Self { ssh: ssh.map(open_ssh).transpose().context("the OpenSSH key")?, minisign: minisign.map(open_minisign).transpose().context("the minisign key")? })
    }

    /// Names of the keys: fingerprint, key number.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let ssh = self.ssh.iter().map(|k| ssh_name(&k.fingerprint(HashAlg::Sha256).to_string()));
        ssh.chain(self.minisign.iter().map(|m| minisign_name(&m.number))).collect()
    }

    /// Signature files over the statement; none without a key.
    pub(super) fn sign(&self, statement: &[u8], as_of: &str) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
        let mut files = Vec::new();
        if let Some(key) = &self.ssh {
            let signature = key.sign(NAMESPACE, HashAlg::Sha512, statement).context("signing with the OpenSSH key")?;
            files.push((SSH.to_owned(), signature.to_pem(LineEnding::LF)?.into_bytes()));
            files.push((ENVELOPE.to_owned(), envelope(key, statement)?));
        }
        if let Some(key) = &self.minisign {
            let at: Timestamp = as_of.parse()?;
            files.push((MINISIGN.to_owned(), key.sign(statement, at.as_second()).into_bytes()));
        }
        Ok(files)
    }
}

/// Name of an SSH key by its fingerprint.
pub(super) fn ssh_name(fingerprint: &str) -> String {
    format!("ssh {fingerprint}")
}

/// Name of a minisign key by its number, as minisign prints it.
pub(super) fn minisign_name(number: &[u8]) -> String {
    let shown: Vec<u8> = number.iter().rev().copied().collect();
    format!("minisign {}", crate::digest::hex(&shown).to_uppercase())
}

/// Key files lose their last line end on the way through an environment variable.
fn ended(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

fn open_ssh(key: Key<'_>) -> anyhow::Result<PrivateKey> {
    let held = PrivateKey::from_openssh(ended(key.text)).context("it is no OpenSSH private key")?;
    let usable = matches!(held.algorithm(), Algorithm::Ed25519 | Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 });
    anyhow::ensure!(usable, "it is of kind `{}`: use Ed25519 (`ssh-keygen -t ed25519`) or ECDSA with P-256", held.algorithm());
    if !held.is_encrypted() {
        return Ok(held);
    }
    let passphrase = key.passphrase.context("it is encrypted: name its passphrase")?;
    held.decrypt(passphrase).map_err(|_| anyhow::anyhow!("the passphrase is wrong"))
}

fn open_minisign(key: Key<'_>) -> anyhow::Result<Minisign> {
    let held = SecretKeyBox::from(ended(key.text));
    // Without a passphrase the library would ask for one on the terminal.
    let bytes = match key.passphrase {
        Some(passphrase) => held.into_secret_key(Some(passphrase.to_owned())).map_err(|e| anyhow::anyhow!("{e}"))?.to_bytes(),
        None => match held.into_unencrypted_secret_key() {
            Ok(opened) => opened.to_bytes(),
            Err(e) => without_checksum(key.text).with_context(|| e.to_string())?,
        },
    };
    // Two bytes each for three algorithms, salt, two limits, key number; then the pair of keys.
    let number = bytes.get(54..62).and_then(|b| <[u8; 8]>::try_from(b).ok()).context("it is too short")?;
    let pair = bytes.get(62..126).and_then(|b| <[u8; 64]>::try_from(b).ok()).context("it is too short")?;
    Ok(Minisign { key: ed25519_dalek::SigningKey::from_keypair_bytes(&pair).map_err(|_| anyhow::anyhow!("its two halves do not belong together"))?, number })
}

/// Keys that the original program makes without a passphrase carry no checksum, which the library takes for damage. That the two
/// halves of the key belong together is checked all the same.
fn without_checksum(text: &str) -> anyhow::Result<Vec<u8>> {
    let line = text.trim_end().lines().next_back().unwrap_or_default();
    let bytes = STANDARD.decode(line.trim()).context("it is no minisign key")?;
    let plain = bytes.len() == 158 && bytes.starts_with(b"Ed\0\0B2") && bytes.iter().skip(126).all(|b| *b == 0);
    anyhow::ensure!(plain, "it is damaged, or encrypted: then name its passphrase");
    Ok(bytes)
}

impl Minisign {
    /// The four lines of a pre-hashed minisign signature.
    fn sign(&self, bytes: &[u8], at: i64) -> String {
        let signature = self.key.sign(&Blake2b512::digest(bytes)).to_bytes();
        let comment = format!("timestamp:{at}\tfile:statement.json\thashed");
        let global = self.key.sign(&[&signature[..], comment.as_bytes()].concat()).to_bytes();
        let line = [&b"ED"[..], &self.number[..], &signature[..]].concat();
        format!("untrusted comment: mfaudit evidence pack\n{}\ntrusted comment: {comment}\n{}\n", STANDARD.encode(line), STANDARD.encode(global))
    }
}

/// What a DSSE signature is made over.
pub(super) fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

fn envelope(key: &PrivateKey, statement: &[u8]) -> anyhow::Result<Vec<u8>> {
    let signature: ssh_key::Signature = key.try_sign(&pre_authentication(PAYLOAD_TYPE, statement)).context("signing the envelope")?;
    let envelope = Envelope {
        payload: STANDARD.encode(statement),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![EnvelopeSignature { keyid: key.fingerprint(HashAlg::Sha256).to_string(), sig: STANDARD.encode(signature.as_bytes()) }],
    };
    let mut bytes = serde_json::to_vec_pretty(&envelope)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use minisign::{KeyPair, SignatureBox};
    use ssh_key::SshSig;
    use ssh_key::private::Ed25519Keypair;

    use super::*;

    fn ssh() -> PrivateKey {
        PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
    }

    /// The vector of the DSSE specification.
    #[test]
    fn the_pre_authentication_encoding_is_the_specified_one() {
        assert_eq!(pre_authentication("http://example.com/HelloWorld", b"hello world"), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn signatures_are_the_same_twice_and_other_programs_accept_them() {
        let pair = KeyPair::generate_unencrypted_keypair().unwrap();
        let (ssh_text, mini_text) = (ssh().to_openssh(LineEnding::LF).unwrap(), pair.sk.to_box(None).unwrap().into_string());
        let signers = Signers::new(Some(Key { text: &ssh_text, passphrase: None }), Some(Key { text: &mini_text, passphrase: None })).unwrap();
        let files = signers.sign(b"statement", "2026-11-05T02:00:00Z").unwrap();
        assert_eq!(signers.sign(b"statement", "2026-11-05T02:00:00Z").unwrap(), files);
        let of = |name: &str| String::from_utf8(files.iter().find(|(n, _)| n == name).unwrap().1.clone()).unwrap();
        let signature: SshSig = of(SSH).parse().unwrap();
        ssh().public_key().verify(NAMESPACE, b"statement", &signature).unwrap();
        let signature = SignatureBox::from_string(&of(MINISIGN)).unwrap();
        minisign::verify(&pair.pk, &signature, Cursor::new(b"statement"), true, false, false).unwrap();
        assert_eq!(signature.trusted_comment().unwrap(), "timestamp:1793844000\tfile:statement.json\thashed");
        assert!(signers.names().iter().all(|n| n.starts_with("ssh SHA256:") || n.starts_with("minisign ")), "{signers:?}");
    }

    #[test]
    fn a_wrong_key_is_named_and_never_shown() {
        let shown = |e: anyhow::Error| format!("{e:#}");
        let text = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----";
        let said = shown(Signers::new(Some(Key { text, passphrase: None }), None).unwrap_err());
        assert!(said.contains("no OpenSSH private key") && !said.contains("c2VjcmV0"), "{said}");
        let pair = KeyPair::generate_encrypted_keypair(Some("right".to_owned())).unwrap();
        let text = pair.sk.to_box(None).unwrap().into_string();
        assert!(Signers::new(None, Some(Key { text: &text, passphrase: None })).is_err());
        assert!(Signers::new(None, Some(Key { text: &text, passphrase: Some("wrong") })).is_err());
        assert_eq!(format!("{:?}", Key { text: &text, passphrase: Some("right") }), "Key(…)");
    }
}
