//! The envelope of one-use codes, and opening by one of them.

use access::{Command, EmergencyWay, Outcome, Reason, Refusal};
use ids::{NonEmpty, RequestId};
use login::Identity;
use login::codes::Code;

use crate::{Engine, writer};

/// The most codes in one envelope.
const MOST: usize = 20;

/// Codes to be printed, put into an envelope and sealed. Shown once, kept nowhere.
pub struct EnvelopeCodes(pub Vec<zeroize::Zeroizing<String>>);

impl std::fmt::Debug for EnvelopeCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EnvelopeCodes({})", self.0.len())
    }
}

impl Engine {
    /// Makes a new set of codes; the old set ends.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn seal_envelope(
        &self,
        by: &Identity,
        count: usize,
    ) -> Result<EnvelopeCodes, Refusal> {
        let codes: Result<Vec<Code>, _> = (0..count.clamp(1, MOST))
            .map(|_| Code::generate())
            .collect();
        let codes = codes.map_err(|_| writer::unavailable())?;
        let digests = codes.iter().map(Code::digest).collect();
        let digests = NonEmpty::from_vec(digests).map_err(|_| writer::unavailable())?;
        self.submit(by, Command::SealEnvelope { codes: digests })
            .await?;
        Ok(EnvelopeCodes(codes.iter().map(Code::to_text).collect()))
    }

    /// Opens a request with a code from the envelope that `read_by` read out after the vendor's
    /// registered number was called back.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn open_by_envelope(
        &self,
        by: &Identity,
        request: RequestId,
        code: &str,
        read_by: &str,
    ) -> Result<Outcome, Refusal> {
        let code = Code::parse(code).map_err(|_| Refusal {
            reasons: vec![Reason::EmergencyCodeWrong],
        })?;
        let way = EmergencyWay::Envelope {
            code: code.digest(),
            read_by: self.commit("read-by", read_by, None)?,
        };
        self.submit(by, Command::OpenEmergency { request, way })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::EnvelopeCodes;

    #[test]
    fn l29_codes_do_not_show_themselves_in_a_debug_line() {
        let codes = EnvelopeCodes(vec!["ABCD-EFGH-2345".to_owned().into()]);
        assert_eq!(format!("{codes:?}"), "EnvelopeCodes(1)");
    }
}
