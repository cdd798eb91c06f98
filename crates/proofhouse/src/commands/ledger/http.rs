//! Logs and witnesses at an address.

use std::io::Read as _;
use std::time::Duration;

use ledger::tiles::{SourceError, TileSource};
use ledger::witness::{Answer, Transport};

/// The largest bundle: 256 entries of 65535 bytes, each with two for its length.
const MAX_BODY_BYTES: u64 = 256 * (65_535 + 2);
/// How long one tile may take.
const TILE_WITHIN: Duration = Duration::from_secs(30);

fn agent(within: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(within))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .build()
        .into()
}

/// A log's public half at an address.
pub struct HttpSource {
    prefix: String,
    agent: ureq::Agent,
}

impl HttpSource {
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.trim_end_matches('/').to_owned(), agent: agent(TILE_WITHIN) }
    }
}

impl TileSource for HttpSource {
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let failed = |reason: String| SourceError { name: name.to_owned(), reason };
        let answer = self.agent.get(format!("{}/{name}", self.prefix)).call();
        let mut answer = answer.map_err(|error| failed(error.to_string()))?;
        match answer.status().as_u16() {
            200 => {}
            404 | 410 => return Ok(None),
            status => return Err(failed(format!("status {status}"))),
        }
        let read = answer.body_mut().with_config().limit(MAX_BODY_BYTES).read_to_vec();
        read.map(Some).map_err(|error| failed(error.to_string()))
    }
}

/// The way to a witness at an address.
#[derive(Clone)]
pub struct HttpWitness {
    url: String,
    agent: ureq::Agent,
}

impl HttpWitness {
    pub fn new(prefix: &str, within: Duration) -> Self {
        Self { url: format!("{}/add-checkpoint", prefix.trim_end_matches('/')), agent: agent(within) }
    }
}

impl Transport for HttpWitness {
    fn post(&mut self, body: &str) -> Result<Answer, String> {
        let mut answer = self.agent.post(&self.url).send(body).map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        // What is longer than a witness's answer may be is refused by its length, not read to its end.
        let reader = answer.body_mut().as_reader().take(65_537).read_to_end(&mut body);
        reader.map_err(|error| error.to_string())?;
        Ok(Answer { status, body })
    }
}
