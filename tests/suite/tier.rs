//! How much is tested.

/// The tiers, smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Whether the scenarios tell anything, without jurigged.
    Plain,
    /// Both runtimes, about a minute.
    Default,
    /// Every Python, every fault.
    Ci,
    /// Load and long runs too.
    Full,
}

impl Tier {
    /// A number for each of the tiers from [`Tier::Default`] on.
    pub fn pick<T>(self, default: T, ci: T, full: T) -> T {
        match self {
            Self::Plain | Self::Default => default,
            Self::Ci => ci,
            Self::Full => full,
        }
    }
}

/// Takes our own flags out of the arguments; libtest would refuse them.
pub fn take(arguments: impl Iterator<Item = String>) -> (Tier, Vec<String>) {
    let mut tier = Tier::Default;
    let mut rest = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--plain" => tier = Tier::Plain,
            "--ci" => tier = tier.max(Tier::Ci),
            "--full" => tier = Tier::Full,
            _ => rest.push(argument),
        }
    }
    (tier, rest)
}
