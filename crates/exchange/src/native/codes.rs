//! References as codes: what a code in a cell stands for, and the code that stands for a record.

use std::collections::BTreeSet;

use linewright_model::{AnyId, Carrier, DatasetId, DeviceId, Id, Network, Phrase, Port, Stored, TableKind, phrase};

use super::escape;
use crate::draft::{Draft, Draftable};
use crate::finding::shown;

/// Why a value cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    /// Name of the rule.
    pub(super) code: &'static str,
    /// What is wrong and what to do.
    pub(super) reason: Phrase,
}

/// A value read or why not.
pub(super) type Parsed<T> = Result<T, Fault>;

/// A value of the wrong form.
pub(super) fn malformed(reason: Phrase) -> Fault {
    Fault { code: "bad-value", reason }
}

/// A value that is not of the form it needs.
pub(super) fn not_of_form(value: &str, form: &str) -> Fault {
    let value = shown(value);
    malformed(phrase!("{value} is not of the form {form}", "{value} 的格式应为 {form}"))
}

/// The records a folder may refer to: its own, then those of the network it is imported into.
#[derive(Clone, Copy)]
pub(super) struct Codes<'a> {
    pub(super) draft: &'a Draft,
    pub(super) network: &'a Network,
    /// What could not be read, so that references to it are no findings of their own.
    pub(super) unread: &'a Unread,
}

/// What could not be read, each with a finding that refuses the import.
#[derive(Default)]
pub(super) struct Unread {
    /// Table and code of single rows.
    pub(super) rows: BTreeSet<(TableKind, String)>,
    /// Whole tables.
    pub(super) tables: BTreeSet<TableKind>,
}

impl Unread {
    /// Whether a code may be that of something that could not be read.
    pub(super) fn may_have(&self, table: TableKind, code: &str) -> bool {
        self.tables.contains(&table) || self.rows.contains(&(table, code.to_owned()))
    }
}

/// Rule name of what only follows from another finding and is not reported.
pub(super) const ECHO: &str = "echo";

impl Codes<'_> {
    /// The data set with this code.
    pub(super) fn dataset(&self, code: &str) -> Option<DatasetId> {
        self.draft.by_code(None, code).or_else(|| self.network.by_code(None, code))
    }

    /// The data set with this code, or why there is none.
    pub(super) fn named_dataset(&self, code: &str) -> Parsed<DatasetId> {
        self.dataset(code).ok_or_else(|| {
            if self.unread.may_have(TableKind::Dataset, code) {
                return echo();
            }
            let code = shown(code);
            dangling(phrase!(
                "there is no data set {code}; add it to dataset.csv (a / inside a code is written %2F)",
                "没有数据集 {code}；请加入 dataset.csv（编码中的 / 写作 %2F）"
            ))
        })
    }

    /// The record that a reference in a row of the data set `own` means, `code` or `dataset/code`.
    pub(super) fn reference<I: Id>(&self, own: Option<DatasetId>, text: &str) -> Parsed<I>
    where
        I::Record: Draftable,
    {
        let text = text.trim_matches(' ');
        let (dataset, code) = match text.split_once('/') {
            None => (own, escape::decode(text).map_err(malformed)?),
            Some((set, code)) => {
                let (set, code) = (escape::decode(set).map_err(malformed)?, escape::decode(code).map_err(malformed)?);
                let dataset = if set.is_empty() { None } else { Some(self.named_dataset(&set)?) };
                (dataset, code)
            }
        };
        let known = || self.network.by_code(self.in_network(dataset)?, &code);
        self.draft.by_code(dataset, &code).or_else(known).ok_or_else(|| {
            let table = I::TABLE;
            if self.unread.may_have(table, &code) {
                return echo();
            }
            let (file, code) = (table.name(), shown(&code));
            dangling(phrase!(
                "there is no {} {code}; add it to {file}.csv or mend the code",
                "没有{} {code}；请加入 {file}.csv，或更正编码",
                table
            ))
        })
    }

    /// The data set of the network that this one is; `None` when the network does not have it yet.
    fn in_network(&self, dataset: Option<DatasetId>) -> Option<Option<DatasetId>> {
        match dataset {
            Some(id) if id.is_placeholder() => {
                let code = &self.draft.source(id)?.record;
                self.network.by_code(None, code).map(Some)
            }
            other => Some(other),
        }
    }

    /// A port, `DEVICE:port`.
    pub(super) fn port(&self, own: Option<DatasetId>, text: &str) -> Parsed<Port> {
        let form = || not_of_form(text, "DEVICE:port");
        let (device, port) = text.split_once(':').ok_or_else(form)?;
        Ok(Port { device: self.reference::<DeviceId>(own, device)?, port: whole(port)? })
    }

    /// A carrier, `kind:CODE`.
    pub(super) fn carrier(&self, own: Option<DatasetId>, text: &str) -> Parsed<Carrier> {
        let (kind, code) = text.split_once(':').unwrap_or((text, ""));
        match kind.trim_matches(' ') {
            "span" => self.reference(own, code).map(Carrier::Span),
            "cable" => self.reference(own, code).map(Carrier::Cable),
            "device" => self.reference(own, code).map(Carrier::Device),
            "link" => self.reference(own, code).map(Carrier::Link),
            _ => {
                let text = shown(text);
                Err(malformed(phrase!(
                    "{text} is not span:CODE, cable:CODE, device:CODE or link:CODE",
                    "{text} 应为 span:CODE、cable:CODE、device:CODE 或 link:CODE"
                )))
            }
        }
    }
}

fn echo() -> Fault {
    Fault { code: ECHO, reason: Phrase::default() }
}

fn dangling(reason: Phrase) -> Fault {
    Fault { code: "dangling-reference", reason }
}

/// A whole number.
pub(super) fn whole<N: std::str::FromStr>(text: &str) -> Parsed<N> {
    let fault = |_| {
        let text = shown(text);
        let reason = phrase!("{text} is no whole number in range", "{text} 不是有效范围内的整数");
        Fault { code: "bad-number", reason }
    };
    text.trim().parse().map_err(fault)
}

/// A finite number.
pub(super) fn number(text: &str) -> Parsed<f64> {
    let found = text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    found.ok_or_else(|| {
        let text = shown(text);
        let reason = phrase!(
            "{text} is no number; write it like 1234.5, without unit",
            "{text} 不是数字；请写作 1234.5，不带单位"
        );
        Fault { code: "bad-number", reason }
    })
}

/// The code of a record as a row of the data set `own` refers to it in a list cell.
pub(super) fn in_list(network: &Network, own: Option<DatasetId>, id: impl Into<AnyId>) -> String {
    written(network, own, id.into(), escape::in_list)
}

/// The code of a record as a row of the data set `own` refers to it in a cell of its own.
pub(super) fn alone(network: &Network, own: Option<DatasetId>, id: impl Into<AnyId>) -> String {
    written(network, own, id.into(), escape::alone)
}

fn written(network: &Network, own: Option<DatasetId>, id: AnyId, encode: impl Fn(&str) -> String) -> String {
    // A network has no dangling references.
    let Some(tag) = network.tag(id) else { return String::new() };
    if tag.dataset == own {
        return encode(&tag.code);
    }
    let set = tag.dataset.map_or_else(String::new, |set| encode(&code_of(network, set)));
    format!("{set}/{}", encode(&tag.code))
}

/// The code of a record.
pub(super) fn code_of<I: Id>(network: &Network, id: I) -> String
where
    I::Record: Stored,
{
    network.tag(id.any()).map_or_else(String::new, |tag| tag.code.to_string())
}

/// A carrier as `kind:CODE`.
pub(super) fn carrier(network: &Network, own: Option<DatasetId>, carrier: Carrier) -> String {
    let id = carrier.any();
    format!("{}:{}", id.table, in_list(network, own, id))
}

/// A port as `DEVICE:port`.
pub(super) fn port(network: &Network, own: Option<DatasetId>, port: Port) -> String {
    format!("{}:{}", in_list(network, own, port.device), port.port)
}
