//! Progress on long work, on standard error and only when a person looks at it.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use linewright_store::Progress;

/// One line of progress; invisible when standard error is no terminal.
pub struct Line(ProgressBar);

impl Line {
    /// A line that says what is going on.
    pub fn start(quiet: bool, what: &str) -> Self {
        // Indicatif draws on standard error only when that is a terminal.
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(ProgressStyle::default_spinner());
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// Goes on with something else.
    pub fn now(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    /// Says how far the work is.
    pub fn at(&self, done: u64, of: u64) {
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:32} {human_pos}/{human_len} {eta}") {
            self.0.set_style(style);
        }
        self.0.set_length(of);
        self.0.set_position(done);
    }

    /// What the store tells its progress to.
    pub fn records(&self) -> Progress {
        let bar = self.0.clone();
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:32} {human_pos}/{human_len} {eta}") {
            bar.set_style(style);
        }
        Progress::new(move |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
