//! DTLS.
use crate::media::Fingerprint;
/// The process's certificate.
pub struct DtlsIdentity {}
impl DtlsIdentity {
    pub fn generate() -> Result<Self, std::io::Error> {
        unimplemented!()
    }
    pub fn fingerprint(&self) -> Fingerprint {
        unimplemented!()
    }
}
