//! What a request reads: a network with its topology, frozen.

use chrono::{DateTime, Utc};
use linewright_model::{Network, Version};
use linewright_search::trench::Limits;
use linewright_search::{Texts, Topology};

/// A network with its topology at one version.
#[derive(Debug)]
pub struct Snapshot {
    /// The network.
    pub network: Network,
    /// What is derived from it.
    pub topology: Topology,
    /// By which its records are found.
    pub texts: Texts,
    /// When it became the newest here.
    pub since: DateTime<Utc>,
    /// Version since which nothing that a map draws has moved, come or gone.
    pub drawn: Version,
}

impl Snapshot {
    /// Derives the topology of a network. Takes seconds for a province.
    pub fn build(network: Network, limits: Limits, since: DateTime<Utc>) -> Self {
        let (topology, texts) = std::thread::scope(|scope| {
            let texts = scope.spawn(|| Texts::build(&network));
            let topology = Topology::build_with(&network, limits);
            topology.prepare();
            // A panic over there is one here.
            (topology, texts.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        Self { drawn: network.version(), network, topology, texts, since }
    }

    /// Version of the network.
    pub fn version(&self) -> Version {
        self.network.version()
    }
}
