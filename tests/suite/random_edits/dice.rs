//! A generator of numbers that is the same on every machine: xorshift64*.

/// See the module.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            dice.below(2);
        }
        dice
    }

    /// A number from 0 up to, not including, `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end.max(1)
    }

    /// Twice in three times.
    pub fn often(&mut self) -> bool {
        self.below(3) > 0
    }

    /// Once in four times.
    pub fn rarely(&mut self) -> bool {
        self.below(4) == 0
    }
}
