//! What a certificate says of whom it is for (RFC 5280). Whether to believe it is decided elsewhere: by its chain.

use x509_cert::{
    Certificate,
    der::{Decode, Tag, Tagged, asn1::ObjectIdentifier},
    ext::pkix::BasicConstraints,
};

/// The attribute commonName (X.520).
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// Why a certificate does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It is no certificate.
    #[error("it is no X.509 certificate")]
    Malformed,
    /// It has no common name, or one that is no text.
    #[error("its subject has no common name")]
    NoName,
    /// It has more than one, so that whoever reads it may mean another.
    #[error("its subject has more than one common name")]
    SeveralNames,
}

/// The one common name of the subject of a certificate in DER.
///
/// # Errors
///
/// [`CertificateError`].
pub fn common_name(der: &[u8]) -> Result<String, CertificateError> {
    let certificate = Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
    let parts = certificate.tbs_certificate.subject.0.iter().flat_map(|part| part.0.iter());
    let mut names = parts.filter(|part| part.oid == COMMON_NAME);
    let name = names.next().ok_or(CertificateError::NoName)?;
    if names.next().is_some() {
        return Err(CertificateError::SeveralNames);
    }
    let is_text = matches!(name.value.tag(), Tag::Utf8String | Tag::PrintableString | Tag::Ia5String);
    let text = std::str::from_utf8(name.value.value()).ok().filter(|_| is_text);
    text.filter(|text| !text.is_empty() && !text.contains(char::is_control))
        .map(str::to_owned)
        .ok_or(CertificateError::NoName)
}

/// Whether a certificate in DER is that of an authority, which may sign others.
///
/// # Errors
///
/// [`CertificateError::Malformed`].
pub fn is_authority(der: &[u8]) -> Result<bool, CertificateError> {
    let certificate = Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
    let found =
        certificate.tbs_certificate.get::<BasicConstraints>().map_err(|_| CertificateError::Malformed)?;
    Ok(found.is_some_and(|(_, constraints)| constraints.ca))
}
