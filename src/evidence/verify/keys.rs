//! Public keys that a reader trusts: an OpenSSH key, a line of `allowed_signers`, a minisign key.

use anyhow::bail;
use minisign::{PublicKey as MinisignKey, PublicKeyBox};
use ssh_key::PublicKey;

const OPTIONS: [&str; 4] = ["namespaces=", "valid-after=", "valid-before=", "cert-authority"];

/// A key that a reader trusts.
#[derive(Debug, Clone)]
pub enum Trusted {
    /// An OpenSSH public key.
    Ssh(PublicKey),
    /// A minisign public key.
    Minisign(MinisignKey),
}

impl Trusted {
    /// Every key of a file.
    ///
    /// # Errors
    /// When a line is no public key, or the file holds none.
    pub fn read(text: &str) -> anyhow::Result<Vec<Self>> {
        if text.starts_with("untrusted comment:") {
            let key = PublicKeyBox::from(text.trim_end().to_owned()).into_public_key().map_err(|e| anyhow::anyhow!("not a minisign public key: {e}"))?;
            return Ok(vec![Self::Minisign(key)]);
        }
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let keys = lines.map(line).collect::<anyhow::Result<Vec<_>>>()?;
        if keys.is_empty() {
            bail!("the file holds no public key");
        }
        Ok(keys)
    }
}

/// A key alone, or behind the names and options of `allowed_signers`.
fn line(line: &str) -> anyhow::Result<Trusted> {
    if let Ok(key) = MinisignKey::from_base64(line) {
        return Ok(Trusted::Minisign(key));
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let found = words.windows(2).find_map(|pair| PublicKey::from_openssh(&pair.join(" ")).ok());
    // Options narrow what a key may sign. The one that this program can honour is the namespace.
    if found.is_some() {
        for option in words.iter().flat_map(|w| w.split(',')).filter(|w| OPTIONS.iter().any(|o| w.starts_with(o))) {
            let ours = option.strip_prefix("namespaces=").is_some_and(|n| n.trim_matches('"') == super::super::sign::NAMESPACE);
            if !ours {
                bail!("the option `{option}` is not honoured here: check by `ssh-keygen -Y verify`, or give the key without it");
            }
        }
    }
    match found {
        Some(key) => Ok(Trusted::Ssh(key)),
        None if line.contains("PRIVATE KEY") => bail!("this is a private key: give the public one"),
        None => bail!("`{}` is neither an OpenSSH nor a minisign public key", line.chars().take(40).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_every_form_that_the_tools_write() {
        let ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti audit";
        for text in [ssh.to_owned(), format!("# who\naudit@example.com namespaces=\"mfaudit-evidence\" {ssh}\n")] {
            assert!(matches!(Trusted::read(&text).unwrap().as_slice(), [Trusted::Ssh(_)]), "{text}");
        }
        let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        for text in [pair.pk.to_box().unwrap().into_string(), pair.pk.to_base64()] {
            assert!(matches!(Trusted::read(&text).unwrap().as_slice(), [Trusted::Minisign(_)]), "{text}");
        }
        for option in ["namespaces=\"git\"", "valid-before=\"20200101\"", "cert-authority"] {
            assert!(Trusted::read(&format!("audit@example.com {option} {ssh}")).unwrap_err().to_string().contains("not honoured"), "{option}");
        }
        assert!(Trusted::read("").is_err());
        assert!(Trusted::read("-----BEGIN OPENSSH PRIVATE KEY-----").unwrap_err().to_string().contains("public one"));
    }
}
