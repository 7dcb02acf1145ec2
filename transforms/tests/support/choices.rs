//! Choices read from a tape: the end of the tape and zeros give the simplest, so that a shorter tape is a simpler case.

/// A tape under way.
pub(crate) struct Choices<'t> {
    tape: &'t [u16],
    at: usize,
}

impl<'t> Choices<'t> {
    /// From the start of `tape`.
    pub(crate) fn new(tape: &'t [u16]) -> Self {
        Self { tape, at: 0 }
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let value = self.tape.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(value) % limit
    }

    /// Whether something happens that does so once in `odds` times.
    pub(crate) fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == odds - 1
    }

    /// One of `items`.
    pub(crate) fn pick<'i>(&mut self, items: &[&'i str]) -> &'i str {
        items[self.below(items.len())]
    }
}

/// Random numbers that are the same everywhere (xorshift64*).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next one.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// One below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).expect("below a usize")
    }

    /// A tape of choices.
    pub(crate) fn tape(&mut self, length: usize) -> Vec<u16> {
        (0..length).map(|_| u16::try_from(self.next() & 0xffff).expect("16 bits")).collect()
    }
}
