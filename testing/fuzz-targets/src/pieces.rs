//! Input cut into chunks, as a network cuts it.

/// The lengths that a header byte stands for: short and uneven ones first, so that boundaries fall everywhere.
const LENGTHS: [usize; 16] = [1, 2, 3, 5, 7, 15, 16, 17, 31, 32, 33, 64, 100, 255, 1_024, 20_000];

/// Cuts `bytes` by lengths taken in turn from the two halves of `lengths`; every chunk has at least one byte.
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
