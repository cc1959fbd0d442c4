//! What people read, in English and Chinese.

pub mod catalog;
pub mod check;
pub mod demo;
pub mod export;
pub mod figures;
pub mod history;
pub mod import;
pub mod survey;
pub mod tables;
pub mod trace;
pub mod words;

#[cfg(test)]
mod tests;
