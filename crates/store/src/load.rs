//! Reading a whole network: the database hands over pages, another thread makes records of them, and in the end the network.

use linewright_model::{Network, TableKind, Version, Violation};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::past::Patch;
use crate::rows::{self, Damage, Restored, Shape, Sheet, Unfit};

/// Pages that may wait: enough that neither side idles, few enough to fit in memory.
const WAITING: usize = 4;

/// Rows of one SQL table as a database hands them over.
pub(crate) trait Page: Send + 'static {
    /// The rows, cells in the order of the columns.
    fn rows(self, shape: &'static Shape) -> Result<Sheet, Damage>;
}

/// Records of one kind: rows of their own table, then rows of each list that belong to them.
pub(crate) struct Part<P> {
    pub(crate) table: TableKind,
    pub(crate) main: P,
    pub(crate) lists: Vec<P>,
}

/// What the reading thread is handed.
enum Message<P> {
    Part(Part<P>),
    /// That was all; version and counters.
    End(Version, Vec<(TableKind, u32)>),
}

/// The thread that reads, as the one that fetches sees it.
pub(crate) struct Loader<P> {
    inbox: mpsc::Sender<Message<P>>,
    network: JoinHandle<Result<Network, String>>,
}

impl<P: Page> Loader<P> {
    /// Starts the thread; the tables are patched with `patch`. Must be called inside a tokio runtime.
    pub(crate) fn start(patch: Patch) -> Self {
        let (inbox, parts) = mpsc::channel(WAITING);
        Self { inbox, network: tokio::task::spawn_blocking(move || read(parts, patch)) }
    }

    /// Hands over a part; waits while too many do. What is wrong with one is said in the end.
    pub(crate) async fn part(&self, part: Part<P>) {
        self.inbox.send(Message::Part(part)).await.ok();
    }

    /// The network; on `Err` says what is wrong with its rows.
    pub(crate) async fn finish(self, version: Version, next_ids: Vec<(TableKind, u32)>) -> Result<Network, String> {
        self.inbox.send(Message::End(version, next_ids)).await.ok();
        match self.network.await {
            Ok(network) => network,
            Err(error) => Err(format!("the reading thread ended: {error}")),
        }
    }
}

fn read<P: Page>(mut parts: mpsc::Receiver<Message<P>>, patch: Patch) -> Result<Network, String> {
    let mut restored = Restored { patch, ..Restored::default() };
    loop {
        match parts.blocking_recv() {
            Some(Message::Part(part)) => take(part, &mut restored).map_err(|unfit| unfit.to_string())?,
            Some(Message::End(version, next_ids)) => {
                return finish(restored, version, next_ids).map_err(|violation| violation.to_string());
            }
            None => return Err("reading was given up".to_owned()),
        }
    }
}

fn take<P: Page>(part: Part<P>, into: &mut Restored) -> Result<(), Unfit> {
    let shapes = rows::shapes(part.table);
    let Some((main, lists)) = shapes.split_first() else { return Ok(()) };
    let main = part.main.rows(main)?;
    let lists = part.lists.into_iter().zip(lists).map(|(page, shape)| page.rows(shape)).collect::<Result<_, _>>()?;
    rows::take(part.table, main, lists, into)
}

fn finish(restored: Restored, version: Version, mut next_ids: Vec<(TableKind, u32)>) -> Result<Network, Violation> {
    let Restored { mut network, patch } = restored;
    // Whatever is not mentioned after version 1 is of that version.
    patch.put(&mut network, &mut next_ids, Version(1))?;
    network.finish(version, next_ids)
}
