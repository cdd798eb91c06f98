//! chamber
