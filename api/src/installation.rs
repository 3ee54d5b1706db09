//! What an installation is: its ledger, its own keys and secrets. Read once by the binary, passed down by value.

use domain::admission::Service;
use domain::codes::Environment;
use signing::bytes::LedgerId;
use signing::keys::SigningKey;
use signing::note::LogSigner;

/// An installation of a ledger.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The ledger.
    pub ledger: LedgerId,
    /// Its name, the first part of the origin.
    pub name: String,
    /// Incarnation, 1 until a restore loses something for good.
    pub incarnation: u32,
    /// Environment.
    pub environment: Environment,
    /// The service's voice.
    pub service: Service,
    /// Key of the service.
    pub service_key: SigningKey,
    /// Key of the log.
    pub log: LogSigner,
    /// Key of the digests that tell the same fact from another.
    pub content_key: [u8; 32],
}

impl Installation {
    /// The C2SP origin, `<name>/<ledger>/<incarnation>`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}/{}/{}", self.name, self.ledger, self.incarnation)
    }
}
