//! How hard an item is meant to be. A guess of the author's, like every difficulty here: not a calibration.

/// The hardest level.
pub const LEVEL_MAX: u8 = 5;
/// The most other modules: there are not many more families to take them from.
pub const SIZE_MAX: u32 = 12;
/// The most gates: each kind stands in a program once.
pub const DEPTH_MAX: u32 = 6;
/// The most decoys.
pub const DECOYS_MAX: u32 = 6;

/// What makes an item hard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difficulty {
    /// 1 to 5, as in `task.toml`.
    pub level: u8,
    /// Modules of other families, without errors.
    pub size: u32,
    /// Gates before the error can be reached.
    pub depth: u32,
    /// Modules of the error's own family, without errors.
    pub decoys: u32,
}

/// A difficulty that no program can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} goes from {least} to {most}, not {given}")]
pub struct DifficultyError {
    what: &'static str,
    least: u32,
    most: u32,
    given: u32,
}

impl Difficulty {
    /// What a level means.
    ///
    /// # Errors
    /// [`DifficultyError`] when there is no such level.
    pub fn of(level: u8) -> Result<Self, DifficultyError> {
        let (size, depth, decoys) = match level {
            1 => (1, 0, 0),
            2 => (2, 1, 1),
            3 => (3, 2, 1),
            4 => (5, 3, 2),
            5 => (7, 4, 3),
            _ => {
                return Err(DifficultyError {
                    what: "a difficulty",
                    least: 1,
                    most: LEVEL_MAX.into(),
                    given: level.into(),
                });
            }
        };
        Ok(Self { level, size, depth, decoys })
    }

    /// The same with other parts, where they are given.
    ///
    /// # Errors
    /// [`DifficultyError`] naming the part that no program can have.
    pub fn with(
        self,
        size: Option<u32>,
        depth: Option<u32>,
        decoys: Option<u32>,
    ) -> Result<Self, DifficultyError> {
        let part = |what: &'static str, given: Option<u32>, own: u32, least: u32, most: u32| match given {
            None => Ok(own),
            Some(given) if (least..=most).contains(&given) => Ok(given),
            Some(given) => Err(DifficultyError { what, least, most, given }),
        };
        Ok(Self {
            level: self.level,
            size: part("a size", size, self.size, 1, SIZE_MAX)?,
            depth: part("a depth", depth, self.depth, 0, DEPTH_MAX)?,
            decoys: part("a number of decoys", decoys, self.decoys, 0, DECOYS_MAX)?,
        })
    }

    /// Whether each record carries a check.
    #[must_use]
    pub fn is_checked(self) -> bool {
        self.level >= 3
    }

    /// Whether bodies are masked.
    #[must_use]
    pub fn is_masked(self) -> bool {
        self.level >= 5
    }
}
