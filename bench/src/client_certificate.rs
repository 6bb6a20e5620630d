//! A certificate of a machine, and the authority that signed it.

use std::fmt::Write as _;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// The name in the certificate.
pub(crate) const COMMON_NAME: &str = "bench";
/// The header in which a proxy hands a certificate on (wire-contract 10.6).
pub(crate) const CERTIFICATE_HEADER: &str = "X-Identity-TLS-Cert-Auth-Client-Cert";

/// What the machine presents, and by what it is judged, both in PEM.
pub(crate) struct Presented {
    /// The certificate of the authority.
    pub(crate) authority: String,
    /// The certificate of the machine.
    pub(crate) certificate: String,
}

impl Presented {
    /// Makes both, with keys on the curve P-256.
    pub(crate) fn make() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, "bench authority");
        let key = KeyPair::generate()?;
        let authority = params.self_signed(&key)?.pem();
        let issuer = Issuer::new(params, key);

        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, COMMON_NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&KeyPair::generate()?, &issuer)?.pem();
        Ok(Self { authority, certificate })
    }
}

/// As it stands in the header.
pub(crate) fn percent_encoded(pem: &str) -> String {
    pem.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
