//! The Chinese of the help. A text is a paragraph of the English help; each has one Chinese. A test checks that none is missing and none left over.

mod callbacks;
mod contacts;
mod directory;
mod general;
mod jobs;
mod linked;
mod plans;
#[cfg(feature = "sim")]
mod simulator;
#[cfg(not(feature = "sim"))]
mod without_simulator;

const CHAPTERS: &[&[(&str, &str)]] = &[
    general::TEXTS,
    callbacks::TEXTS,
    contacts::TEXTS,
    jobs::TEXTS,
    linked::TEXTS,
    directory::TEXTS,
    plans::TEXTS,
    #[cfg(feature = "sim")]
    simulator::TEXTS,
    #[cfg(not(feature = "sim"))]
    without_simulator::TEXTS,
];

/// Returns the Chinese of a paragraph or heading.
pub(super) fn of(english: &str) -> Option<&'static str> {
    all().find(|(text, _)| *text == english).map(|(_, chinese)| *chinese)
}

fn all() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    CHAPTERS.iter().copied().flatten()
}

/// Returns the English texts.
#[cfg(test)]
pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    all().map(|(english, _)| *english)
}
