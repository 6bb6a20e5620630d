//! Authorities and the certificates they sign.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair,
};

/// What a certificate says: the common name, and who it is for.
pub fn params(name: &str, purposes: &[ExtendedKeyUsagePurpose]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = purposes.to_vec();
    params
}

/// What a certificate for a client says.
pub fn client(name: &str) -> CertificateParams {
    params(name, &[ExtendedKeyUsagePurpose::ClientAuth])
}

/// One who signs certificates.
pub struct Authority {
    /// Its certificate in PEM.
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// One that trusts itself.
    pub fn new(name: &str) -> Self {
        let (params, key) = (Self::params(name), KeyPair::generate().unwrap());
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// One that this one signed.
    pub fn below(&self, name: &str) -> Self {
        let (params, key) = (Self::params(name), KeyPair::generate().unwrap());
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = params(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    /// A certificate that says so.
    pub fn sign(&self, params: &CertificateParams) -> Certificate {
        params.signed_by(&KeyPair::generate().unwrap(), &self.issuer).unwrap()
    }
}

/// A certificate that says so and that nobody else signed.
pub fn self_signed(params: &CertificateParams) -> Certificate {
    params.self_signed(&KeyPair::generate().unwrap()).unwrap()
}
