//! One row of a table, written cell by cell.

use linewright_model::{AnyId, Carrier, DatasetId, Network, Permit, Plant, Port, Position, Text};

use super::words::Word;
use super::{codes, escape};

/// A row being written: a cell for each column of the table, empty until it is put.
pub(super) struct Out<'a> {
    pub(super) network: &'a Network,
    pub(super) dataset: Option<DatasetId>,
    columns: &'a [&'static str],
    cells: Vec<String>,
}

impl<'a> Out<'a> {
    pub(super) fn new(network: &'a Network, dataset: Option<DatasetId>, columns: &'a [&'static str]) -> Self {
        Self { network, dataset, columns, cells: vec![String::new(); columns.len()] }
    }

    /// The cells, in the order of the columns.
    pub(super) fn into_cells(self) -> Vec<String> {
        self.cells
    }

    /// Writes a cell.
    pub(super) fn put(&mut self, column: &str, value: impl Into<String>) {
        let cell = self.columns.iter().position(|c| *c == column).and_then(|at| self.cells.get_mut(at));
        debug_assert!(cell.is_some(), "no column {column}");
        if let Some(cell) = cell {
            *cell = value.into();
        }
    }

    /// Writes a cell that may be empty.
    pub(super) fn put_some(&mut self, column: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.put(column, value.to_string());
        }
    }

    /// Writes a list.
    pub(super) fn put_list(&mut self, column: &str, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.collect();
        self.put(column, items.join(";"));
    }

    pub(super) fn put_text(&mut self, column: &str, text: &Text) {
        self.put(column, &**text);
    }

    pub(super) fn put_word(&mut self, column: &str, value: impl Word) {
        self.put(column, value.word());
    }

    /// Writes a reference as a cell of its own.
    pub(super) fn put_reference(&mut self, column: &str, id: impl Into<AnyId>) {
        self.put(column, codes::alone(self.network, self.dataset, id));
    }

    pub(super) fn put_position(&mut self, at: Option<Position>) {
        self.put_some("lon", at.map(Position::lon_deg));
        self.put_some("lat", at.map(Position::lat_deg));
    }

    pub(super) fn put_plant(&mut self, plant: &Plant) {
        self.put_word("stage", plant.stage);
        self.put_some("available_from", plant.available_from);
        self.put_word("ownership", plant.ownership);
        self.put_text("notice_party", &plant.notice_party);
        self.put_text("unit", &plant.unit);
    }

    pub(super) fn put_permits(&mut self, permits: &[Permit]) {
        self.put_list("permits", permits.iter().map(|p| format!("{}:{}:{}", p.kind.word(), p.days, p.fee_cny)));
    }

    /// A reference as it stands in a list.
    pub(super) fn in_list(&self, id: impl Into<AnyId>) -> String {
        codes::in_list(self.network, self.dataset, id)
    }

    pub(super) fn carrier(&self, carrier: Carrier) -> String {
        codes::carrier(self.network, self.dataset, carrier)
    }

    pub(super) fn port(&self, port: Port) -> String {
        codes::port(self.network, self.dataset, port)
    }
}

/// A text as it stands in a list.
pub(super) fn text_in_list(text: &str) -> String {
    escape::in_list(text)
}
