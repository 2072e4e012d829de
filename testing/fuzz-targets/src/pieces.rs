//! Splits input into chunks, as a network does.

/// The lengths for each header digit. Short and odd lengths come first, so that boundaries are everywhere.
const LENGTHS: [usize; 16] = [1, 2, 3, 5, 7, 15, 16, 17, 31, 32, 33, 64, 100, 255, 1_024, 20_000];

/// Splits `bytes` by lengths from the two halves of `lengths` in turn. Every chunk has at least one byte.
pub(crate) fn pieces(bytes: &[u8], lengths: u8) -> impl Iterator<Item = &[u8]> {
    let mut turn =
        [LENGTHS[usize::from(lengths >> 4)], LENGTHS[usize::from(lengths & 15)]].into_iter().cycle();
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = turn.next().unwrap_or(1).min(rest.len());
        let (piece, later) = rest.split_at(length);
        rest = later;
        (!piece.is_empty()).then_some(piece)
    })
}
